// SPDX-License-Identifier: Apache-2.0
#include "wire/mime_field.hpp"

#include "base/ascii_case.hpp"
#include "wire/base64.hpp"
#include "wire/mime_encoding.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace postern::wire {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    return first == text.npos ? std::string_view{} : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// UTF-8 of text in a charset that is known; other charsets stay octets, whose ASCII (and so the extension) is the same.
std::string to_utf8(std::string octets, std::string_view charset) {
    const std::string name = lowered(charset);
    if (name != "iso-8859-1" && name != "windows-1252" && name != "latin1") return octets;
    std::string out;
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x80) out += c;
        else out.append({static_cast<char>(0xC0 | (octet >> 6)), static_cast<char>(0x80 | (octet & 0x3F))});
    }
    return out;
}

std::string undo_percent(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        const char* const first = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() && std::from_chars(first, first + 2, value, 16).ptr == first + 2) {
            out += static_cast<char>(value);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

/// A place in a field's text.
class Scanner {
public:
    Scanner(std::string_view text, MimeField& field) : text_(text), field_(field) {}

    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
    void skip() { ++at_; }
    void blanks_and_comments() {
        while (!at_end()) {
            if (blanks.contains(peek())) ++at_;
            else if (peek() == '(') comment();
            else return;
        }
    }
    /// Up to one of `ends`; quotes are no part of it.
    std::string_view up_to(std::string_view ends) {
        const auto begin = at_;
        at_ = std::min(text_.find_first_of(ends, at_), text_.size());
        return trimmed(text_.substr(begin, at_ - begin));
    }
    std::string quoted() {
        std::string out;
        for (++at_; !at_end() && peek() != '"'; ++at_) {
            if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
            if (peek() != '\r' && peek() != '\n') out += peek();
        }
        if (at_end()) doubt("mime.quote.open");
        else ++at_;
        return out;
    }
    void doubt(std::string_view what) {
        if (std::ranges::find(field_.doubts, what) == field_.doubts.end()) field_.doubts.push_back(what);
    }

private:
    void comment() {
        int depth = 0;
        for (; !at_end(); ++at_) {
            if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
            else if (peek() == '(') ++depth;
            else if (peek() == ')' && --depth == 0) {
                ++at_;
                return;
            }
        }
        doubt("mime.comment.open");
    }

    std::string_view text_;
    MimeField& field_;
    std::size_t at_ = 0;
};

/// "filename*1*": the name, which piece, whether it is percent-encoded.
struct Marked {
    std::string name;
    std::optional<int> piece;
    bool encoded = false;
};

Marked read_marks(std::string_view text) {
    Marked out;
    if (text.ends_with('*')) {
        out.encoded = true;
        text.remove_suffix(1);
    }
    const auto star = text.rfind('*');
    int piece = 0;
    if (star != text.npos &&
        std::from_chars(text.data() + star + 1, text.data() + text.size(), piece).ec == std::errc{} && piece >= 0) {
        out.piece = piece;
        text = text.substr(0, star);
    }
    out.name = lowered(trimmed(text));
    return out;
}

/// A value in pieces or percent-encoded (RFC 2231 3, 4): utf-8'en'name%20of%20it, the charset in the first piece.
struct Pieces {
    std::map<int, std::pair<std::string, bool>> by_number;  // text, encoded
};

std::string join(const Pieces& pieces) {
    std::string out, charset;
    for (const auto& [number, piece] : pieces.by_number) {
        std::string_view text = piece.first;
        if (number == 0 && piece.second) {
            const auto first = text.find('\''), second = first == text.npos ? first : text.find('\'', first + 1);
            if (second != text.npos) {
                charset = text.substr(0, first);
                text = text.substr(second + 1);
            }
        }
        out += piece.second ? undo_percent(text) : std::string(text);
    }
    return to_utf8(std::move(out), charset);
}

}  // namespace

std::vector<std::string> MimeField::all(std::string_view name) const {
    std::vector<std::string> out;
    for (const Parameter& one : parameters)
        if (one.name == name && std::ranges::find(out, one.value) == out.end()) out.push_back(one.value);
    return out;
}

MimeField read_mime_field(std::string_view text) {
    MimeField field;
    Scanner scan(text, field);
    scan.blanks_and_comments();
    field.value = lowered(scan.up_to(";("));
    std::map<std::string, Pieces> continued;
    std::map<std::string, int> plain;
    for (std::size_t count = 0; count < max_mime_parameters; ++count) {
        scan.blanks_and_comments();
        while (!scan.at_end() && scan.peek() != ';') {  // what stands between a value and the next semicolon
            scan.doubt("mime.parameter.trailing");
            (void)scan.up_to(";");
        }
        if (scan.at_end()) break;
        scan.skip();
        scan.blanks_and_comments();
        const std::string_view name = scan.up_to("=;");
        if (scan.peek() != '=') {
            if (!name.empty()) scan.doubt("mime.parameter.no_value");
            continue;
        }
        scan.skip();
        scan.blanks_and_comments();
        const bool quoted = scan.peek() == '"';
        std::string value = quoted ? scan.quoted() : std::string(scan.up_to(";("));
        Marked marked = read_marks(name);
        if (marked.piece) {
            continued[marked.name].by_number.try_emplace(*marked.piece, std::move(value), marked.encoded);
            continue;
        }
        if (marked.encoded) {
            Pieces whole;
            whole.by_number.try_emplace(0, std::move(value), true);
            field.parameters.push_back({std::move(marked.name), join(whole)});
            continue;
        }
        if (++plain[marked.name] == 2) scan.doubt("mime.parameter.twice");
        // "a.exe .pdf" without quotes ends at the blank for one reader and is one name for another.
        if (const auto blank = value.find_first_of(blanks); !quoted && blank != value.npos)
            field.parameters.push_back({marked.name, value.substr(0, blank)});
        std::string decoded = decode_words(value);
        if (decoded != value) field.parameters.push_back({marked.name, std::move(decoded)});
        field.parameters.push_back({std::move(marked.name), std::move(value)});
    }
    for (const auto& [name, pieces] : continued) field.parameters.push_back({name, join(pieces)});
    return field;
}

std::string decode_words(std::string_view text) {
    std::string out;
    bool after_word = false;
    while (!text.empty()) {
        const auto begin = text.find("=?");
        const auto charset_end = begin == text.npos ? begin : text.find('?', begin + 2);
        const auto encoding_end = charset_end == text.npos ? charset_end : text.find('?', charset_end + 1);
        const auto end = encoding_end == text.npos ? encoding_end : text.find("?=", encoding_end + 1);
        if (end == text.npos) break;
        const std::string_view between = text.substr(0, begin);
        if (!after_word || between.find_first_not_of(blanks) != between.npos) out += between;
        const std::string_view charset = text.substr(begin + 2, charset_end - begin - 2);
        const std::string how = lowered(text.substr(charset_end + 1, encoding_end - charset_end - 1));
        std::string inner(text.substr(encoding_end + 1, end - encoding_end - 1));
        if (how == "b") inner = decode_body(inner, "base64").octets;
        else if (how == "q") {
            std::ranges::replace(inner, '_', ' ');
            inner = decode_body(inner, "quoted-printable").octets;
        } else {
            inner = text.substr(begin, end + 2 - begin);
        }
        out += to_utf8(std::move(inner), charset.substr(0, charset.find('*')));
        text.remove_prefix(end + 2);
        after_word = true;
    }
    return out + std::string(text);
}

}  // namespace postern::wire
