// SPDX-License-Identifier: Apache-2.0
#include "wire/mime_walk.hpp"

#include "base/ascii_case.hpp"
#include "wire/mime_encoding.hpp"
#include "wire/zip_names.hpp"

#include <algorithm>
#include <optional>

namespace postern::wire {
namespace {

constexpr std::size_t head_size = 64;

void add(std::vector<std::string>& list, std::string value) {
    if (!value.empty() && std::ranges::find(list, value) == list.end()) list.push_back(std::move(value));
}

/// The line at `at` without its end, and where the next begins.
struct Line {
    std::string_view text;
    std::size_t next;
};
Line line_at(std::string_view octets, std::size_t at) {
    const auto end = octets.find('\n', at);
    if (end == octets.npos) return {octets.substr(at), octets.size()};
    const bool crlf = end > at && octets[end - 1] == '\r';
    return {octets.substr(at, end - at - (crlf ? 1 : 0)), end + 1};
}

/// The header of a part, read so that nothing stops it.
struct Header {
    std::vector<std::pair<std::string, std::string>> fields;  // name in lower case, text behind the colon
    std::string_view body;
    bool odd = false;  // a line that is no field, a blank in front of the colon

    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const {
        std::vector<std::string_view> out;
        for (const auto& [field, text] : fields)
            if (field == name) out.emplace_back(text);
        return out;
    }
};

Header read_header(std::string_view octets) {
    constexpr std::size_t max_fields = 1'000;
    Header out;
    std::size_t at = 0;
    while (at < octets.size()) {
        const Line line = line_at(octets, at);
        at = line.next;
        if (line.text.empty()) break;
        if ((line.text[0] == ' ' || line.text[0] == '\t') && !out.fields.empty()) {
            out.fields.back().second += line.text;
            continue;
        }
        const auto colon = line.text.find(':');
        std::string_view name = line.text.substr(0, colon);
        while (name.ends_with(' ') || name.ends_with('\t')) {
            out.odd = true;
            name.remove_suffix(1);
        }
        if (colon == line.text.npos || name.empty() || name.find_first_of(" \t(") != name.npos) {
            out.odd = true;
            continue;
        }
        if (out.fields.size() < max_fields) out.fields.emplace_back(lowered(name), line.text.substr(colon + 1));
        else out.odd = true;
    }
    out.body = octets.substr(std::min(at, octets.size()));
    return out;
}

/// What stands between the lines of a boundary (RFC 2046 5.1.1). Only whole lines count: a boundary may begin like another.
std::vector<std::string_view> split(std::string_view body, std::string_view boundary, std::size_t most) {
    std::vector<std::string_view> out;
    std::optional<std::size_t> begin;
    for (std::size_t at = 0; at < body.size();) {
        const Line line = line_at(body, at);
        if (line.text.starts_with("--") && line.text.substr(2).starts_with(boundary)) {
            std::string_view rest = line.text.substr(2 + boundary.size());
            const bool last = rest.starts_with("--");
            if (last) rest.remove_prefix(2);
            if (rest.find_first_not_of(" \t") == rest.npos) {
                if (begin) out.push_back(body.substr(*begin, at - *begin));
                begin = line.next;
                if (last || out.size() > most) return out;
            }
        }
        at = line.next;
    }
    if (begin) out.push_back(body.substr(*begin));  // the end is missing: what is there is shown all the same
    return out;
}

class Walker {
public:
    explicit Walker(const MimeBudget& budget) : budget_(budget), work_left_(budget.work) {}

    void entity(std::string_view octets, int depth);
    [[nodiscard]] MimeWalk take() { return std::move(out_); }

private:
    struct Reading {
        std::vector<MimeField> types, dispositions;
        std::vector<std::string> encodings;
    };

    void doubt(std::string_view what) {
        if (std::ranges::find(out_.doubts, what) == out_.doubts.end()) out_.doubts.push_back(what);
    }
    void doubts_of(const MimeField& field) {
        for (const std::string_view what : field.doubts) doubt(what);
    }
    bool spend(std::size_t octets);
    Reading read(const Header& header);
    std::vector<std::string> boundaries(const Reading& reading);
    void container(std::string_view body, const std::vector<std::string>& boundaries, int depth);
    void leaf(const Reading& reading, std::string_view body, int depth);
    void look_inside(MimePart& part, std::string_view body, const std::string& encoding);
    void uuencoded(MimePart& part, std::string_view body);

    MimeBudget budget_;
    std::size_t work_left_;
    MimeWalk out_;
};

bool Walker::spend(std::size_t octets) {
    if (octets > work_left_) {
        out_.unscannable = "mime.too_much_work";
        return false;
    }
    work_left_ -= octets;
    return true;
}

Walker::Reading Walker::read(const Header& header) {
    Reading out;
    for (const std::string_view text : header.all("content-type")) out.types.push_back(read_mime_field(text));
    for (const std::string_view text : header.all("content-disposition"))
        out.dispositions.push_back(read_mime_field(text));
    for (const std::string_view text : header.all("content-transfer-encoding"))
        add(out.encodings, read_mime_field(text).value);
    if (out.types.size() > 1) doubt("mime.type.twice");
    if (out.dispositions.size() > 1) doubt("mime.disposition.twice");
    if (out.encodings.size() > 1) doubt("mime.encoding.twice");
    for (const MimeField& field : out.types) doubts_of(field);
    for (const MimeField& field : out.dispositions) {
        doubts_of(field);
        if (!field.all("boundary").empty()) doubt("mime.boundary.misplaced");
    }
    return out;
}

std::vector<std::string> Walker::boundaries(const Reading& reading) {
    std::vector<std::string> out;
    bool multipart = false;
    for (const MimeField& field : reading.types) {
        if (!field.value.starts_with("multipart/")) continue;
        multipart = true;
        const auto values = field.all("boundary");
        if (values.size() > 1) doubt("mime.boundary.twice");
        for (const std::string& value : values) {
            constexpr std::size_t longest = 70;  // RFC 2046 5.1.1
            if (value.size() > longest || value.find_first_of(";\"\r\n") != value.npos) doubt("mime.boundary.odd");
            add(out, value);
        }
    }
    if (multipart)
        for (const MimeField& field : reading.dispositions)
            for (std::string& value : field.all("boundary")) add(out, std::move(value));
    if (multipart && out.empty()) doubt("mime.boundary.missing");
    return out;
}

void Walker::entity(std::string_view octets, int depth) {
    if (!out_.unscannable.empty() || !spend(octets.size())) return;
    if (depth > budget_.depth) {
        out_.unscannable = "mime.too_deep";
        return;
    }
    const Header header = read_header(octets);
    // The topmost header has been through a mail server; odd lines of it are judged as such, not here.
    if (header.odd && depth > 0) doubt("mime.header.odd");
    const Reading reading = read(header);
    const std::vector<std::string> marks = boundaries(reading);
    if (!marks.empty()) container(header.body, marks, depth);
    const bool only_container = !marks.empty() && std::ranges::all_of(reading.types, [](const MimeField& field) {
        return field.value.starts_with("multipart/");
    });
    if (only_container) {
        for (const std::string& encoding : reading.encodings)
            if (encoding == "base64" || encoding == "quoted-printable") doubt("mime.encoding.of_container");
        return;
    }
    leaf(reading, header.body, depth);
}

void Walker::container(std::string_view body, const std::vector<std::string>& marks, int depth) {
    for (const std::string& mark : marks) {
        if (!spend(body.size())) return;
        const auto inner = split(body, mark, budget_.parts);
        if (inner.empty()) doubt("mime.boundary.unused");
        for (const std::string_view one : inner) entity(one, depth + 1);
    }
}

void Walker::leaf(const Reading& reading, std::string_view body, int depth) {
    if (out_.parts.size() >= budget_.parts) {
        out_.unscannable = "mime.too_many_parts";
        return;
    }
    MimePart part{
        .depth = depth, .encoding = reading.encodings.empty() ? "" : reading.encodings.front(), .size = body.size()};
    for (const MimeField& field : reading.types) {
        add(part.types, field.value);
        for (std::string& name : field.all("name")) add(part.names, std::move(name));
    }
    if (part.types.empty()) part.types.emplace_back("text/plain");
    for (const MimeField& field : reading.dispositions) {
        part.attachment = part.attachment || field.value == "attachment";
        for (std::string& name : field.all("filename")) add(part.names, std::move(name));
    }
    const bool message = std::ranges::any_of(
        part.types, [](const std::string& type) { return type == "message/rfc822" || type == "message/global"; });
    std::vector<std::string> encodings = reading.encodings;
    if (encodings.empty()) encodings.emplace_back();
    for (const std::string& encoding : encodings) {
        if (message && (encoding == "base64" || encoding == "quoted-printable")) {
            doubt("mime.encoding.of_message");  // forbidden (RFC 2046 5.2.1), and undone by some
            if (spend(body.size())) entity(decode_body(body, encoding).octets, depth + 1);
        }
        look_inside(part, body, encoding);
    }
    out_.parts.push_back(std::move(part));
    if (message) entity(body, depth + 1);
}

void Walker::look_inside(MimePart& part, std::string_view body, const std::string& encoding) {
    const bool text = part.types.size() == 1 && part.types.front().starts_with("text/");
    const DecodedBody begin = decode_body(body.substr(0, 4 * head_size), encoding, head_size);
    if (part.head.empty()) part.head = begin.octets;
    if (text && part.names.empty()) uuencoded(part, body);
    const bool archive = begin.octets.starts_with("PK\x03\x04");
    // Whether an attachment's encoding is right is seen only by undoing all of it; a text's does not matter.
    if (!archive && (text || encoding != "base64")) return;
    if (!spend(body.size())) return;
    const DecodedBody whole = decode_body(body, encoding);
    if (!whole.strict && !text) doubt("mime.base64.loose");
    const auto names = archive ? read_zip_names(whole.octets) : std::nullopt;
    if (!names) return;
    for (const std::string& name : names->names) add(part.members, name);
    part.encrypted_archive = part.encrypted_archive || names->encrypted;
    if (names->disagrees) doubt("zip.disagrees");
    if (names->cut) doubt("zip.cut");
}

/// "begin 644 invoice.exe" in a text: some programs still show it as an attachment.
void Walker::uuencoded(MimePart& part, std::string_view body) {
    constexpr std::size_t most = 20;
    for (auto at = body.find("begin "); at != body.npos && part.names.size() < most; at = body.find("begin ", at + 1)) {
        if (at != 0 && body[at - 1] != '\n') continue;
        const Line line = line_at(body, at);
        const std::string_view mode = line.text.substr(6, 3);
        const bool octal = mode.size() == 3 && std::ranges::all_of(mode, [](char c) { return c >= '0' && c <= '7'; });
        const auto name = line.text.find(' ', 6);
        if (octal && name != line.text.npos) add(part.names, std::string(line.text.substr(name + 1)));
    }
}

}  // namespace

MimeWalk walk_mime(std::string_view message, const MimeBudget& budget) {
    Walker walker(budget);
    walker.entity(message, 0);
    return walker.take();
}

}  // namespace postern::wire
