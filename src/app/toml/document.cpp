// SPDX-License-Identifier: Apache-2.0
#include "app/toml/document.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

// toml++ 3.3 asserts on a table's name that begins oddly ("[.a]", "[[,b]]") just in front of the branch that reports it; with NDEBUG
// it would even assume that none does. Without either, the branch is reached.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>

namespace postern::app::toml {
namespace {

Node convert(const ::toml::node& from) {
    Node node{.value = false, .line = from.source().begin.line, .column = from.source().begin.column};
    if (const auto* table = from.as_table()) {
        Node::Members members;
        for (const auto& [key, value] : *table) {
            members.push_back({std::string(key.str()), convert(value)});
            // The place of a setting is that of its key.
            members.back().node.line = key.source().begin.line;
            members.back().node.column = key.source().begin.column;
        }
        node.value = std::move(members);
    } else if (const auto* array = from.as_array()) {
        Node::Array items;
        for (const auto& item : *array) items.push_back(convert(item));
        node.value = std::move(items);
    } else if (const auto* text = from.as_string()) {
        node.value = text->get();
    } else if (const auto* integer = from.as_integer()) {
        node.value = integer->get();
    } else if (const auto* real = from.as_floating_point()) {
        node.value = real->get();
    } else if (const auto* flag = from.as_boolean()) {
        node.value = flag->get();
    } else {
        node.value = std::string("a date");  // no setting is one
    }
    return node;
}

/// Octets that toml++ 3.3 meets with an assertion or undefined behaviour instead of an error, in one malformed place or another:
/// control characters, which TOML forbids, and all that is not ASCII, which a text can write as \u00f6.
Result<void> refuse_odd_octets(std::string_view text, std::string_view source) {
    std::size_t line = 1;
    std::size_t column = 1;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        const bool control = (octet < ' ' && c != '\t' && c != '\n' && c != '\r') || octet == 0x7f;
        if (control || octet >= 0x80)
            return fail("toml.syntax",
                        fmt::format("{}:{}:{}: {} (0x{:02x})", source, line, column,
                                    control ? "a control character" : "not ASCII; in quotes it is written \\uXXXX",
                                    octet));
        column = c == '\n' ? 1 : column + 1;
        line += c == '\n' ? 1U : 0U;
    }
    return {};
}

}  // namespace

Result<Node> parse(std::string_view text, std::string_view source) {
    if (auto plain = refuse_odd_octets(text, source); !plain) return std::unexpected(plain.error());
    const auto parsed = ::toml::parse(text, source);
    if (parsed) return convert(parsed.table());
    const auto& error = parsed.error();
    return fail("toml.syntax", fmt::format("{}:{}:{}: {}", source, error.source().begin.line,
                                           error.source().begin.column, printable(error.description())));
}

Table::Table(const Node& node, std::string source) : node_(&node), source_(std::move(source)) {
    if (!std::holds_alternative<Node::Members>(node.value)) fault({}, "toml.type", "a table is expected here");
}

const Node* Table::find(const std::string& key) {
    asked_.insert(key);
    const auto* members = std::get_if<Node::Members>(&node_->value);
    if (members == nullptr || fault_) return nullptr;
    for (const auto& [name, node] : *members)
        if (name == key) return &node;
    return nullptr;
}

template <class T>
const T* Table::get(const std::string& key, std::string_view what) {
    const Node* node = find(key);
    if (node == nullptr) return nullptr;
    const auto* value = std::get_if<T>(&node->value);
    if (value == nullptr) fault(key, "toml.type", fmt::format("{} is {}", key, what));
    return value;
}

std::string Table::text(const std::string& key, const std::string& otherwise) {
    const auto* value = get<std::string>(key, "a text in quotes");
    return value != nullptr ? *value : otherwise;
}

std::string Table::required_text(const std::string& key) {
    if (find(key) == nullptr) fault({}, "toml.missing", fmt::format("{} is missing", key));
    return text(key);
}

std::optional<std::int64_t> Table::integer(const std::string& key) {
    const auto* value = get<std::int64_t>(key, "a whole number");
    return value != nullptr ? std::optional(*value) : std::nullopt;
}

bool Table::flag(const std::string& key, bool otherwise) {
    const auto* value = get<bool>(key, "true or false");
    return value != nullptr ? *value : otherwise;
}

std::vector<std::string> Table::texts(const std::string& key) {
    std::vector<std::string> all;
    if (const auto* items = get<Node::Array>(key, "a list of texts"))
        for (const Node& item : *items) {
            if (const auto* value = std::get_if<std::string>(&item.value)) all.push_back(*value);
            else fault(key, "toml.type", fmt::format("{} is a list of texts", key));
        }
    return all;
}

std::vector<const Node*> Table::tables(const std::string& key) {
    std::vector<const Node*> all;
    if (const auto* items = get<Node::Array>(key, "a list of tables"))
        for (const Node& item : *items) all.push_back(&item);
    return all;
}

const Node* Table::table(const std::string& key) {
    const Node* node = find(key);
    if (node != nullptr && !std::holds_alternative<Node::Members>(node->value))
        fault(key, "toml.type", fmt::format("{} is a table", key));
    return good() ? node : nullptr;
}

void Table::fault(const std::string& key, std::string_view code, const std::string& message) {
    if (fault_) return;
    const Node* place = node_;
    if (const auto* members = std::get_if<Node::Members>(&node_->value))
        for (const auto& [name, node] : *members)
            if (name == key) place = &node;
    fault_ = Error{code, fmt::format("{}:{}:{}: {}", source_, place->line, place->column, message)};
}

Result<void> Table::finish() {
    if (const auto* members = std::get_if<Node::Members>(&node_->value))
        for (const auto& [name, node] : *members)
            if (!asked_.contains(name)) {
                const std::vector<std::string_view> known(asked_.begin(), asked_.end());
                const auto near = nearest(name, known);
                fault(name, "toml.unknown_key",
                      fmt::format("there is no setting {}{}", printable(name),
                                  near.empty() ? "" : fmt::format("; did you mean {}?", near)));
            }
    if (fault_) return std::unexpected(*fault_);
    return {};
}

}  // namespace postern::app::toml
