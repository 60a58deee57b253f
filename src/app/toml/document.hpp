// SPDX-License-Identifier: Apache-2.0
// A TOML document as plain values with their places, and a reader that knows which keys were asked for.
//
// toml++ stays behind this file. Whatever reads a table ends with `Table::finish`: a key that nobody asked for is an error that
// names the nearest one that exists, because a misspelt setting that is silently ignored is a setting that does not hold.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postern::app::toml {

struct Member;

struct Node {
    using Array = std::vector<Node>;
    using Members = std::vector<Member>;  // in the order of the document

    std::variant<std::string, std::int64_t, double, bool, Array, Members> value;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

struct Member {
    std::string name;
    Node node;
};

/// Errors: toml.syntax, with `source`, line and column in the message. The document is a table (Members).
[[nodiscard]] Result<Node> parse(std::string_view text, std::string_view source);

/// Reads one table; the first fault is kept and everything later reads as absent.
class Table {
public:
    /// Borrows the node for its own life; faults read "SOURCE:LINE:COLUMN: ...".
    Table(const Node& node, std::string source);

    [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise = {});
    [[nodiscard]] std::string required_text(const std::string& key);
    [[nodiscard]] std::optional<std::int64_t> integer(const std::string& key);
    [[nodiscard]] bool flag(const std::string& key, bool otherwise);
    [[nodiscard]] std::vector<std::string> texts(const std::string& key);
    /// The elements of an array of tables, inline or not.
    [[nodiscard]] std::vector<const Node*> tables(const std::string& key);
    /// The table under a key, and its members.
    [[nodiscard]] const Node* table(const std::string& key);

    /// Notes a fault of the caller's own at the place of `key` (or of the table).
    void fault(const std::string& key, std::string_view code, const std::string& message);
    [[nodiscard]] bool good() const { return !fault_; }
    /// The first fault, or an unknown key as one.
    [[nodiscard]] Result<void> finish();

private:
    const Node* find(const std::string& key);
    template <class T>
    const T* get(const std::string& key, std::string_view what);

    const Node* node_;
    std::string source_;
    std::set<std::string> asked_;
    std::optional<Error> fault_;
};

}  // namespace postern::app::toml
