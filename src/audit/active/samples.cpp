// SPDX-License-Identifier: Apache-2.0
#include "audit/active/samples.hpp"

#include "audit/active/archives.hpp"
#include "wire/base64.hpp"

#include <fmt/format.h>

#include <array>

namespace postern::audit {
namespace {

constexpr std::array table{
    Sample{"clean", "nothing but this text"},
    Sample{"eicar-plain", "EICAR's harmless test file"},
    Sample{"eicar-zip", "EICAR's harmless test file in a zip archive"},
    Sample{"eicar-nested", "EICAR's harmless test file in a zip archive in a zip archive"},
    Sample{"eicar-targz", "EICAR's harmless test file in a tar.gz archive"},
    Sample{"eicar-message", "EICAR's harmless test file in an attached message"},
    Sample{"eicar-base64", "EICAR's harmless test file in base64 with odd line ends and an odd header"},
    Sample{"gtube", "GTUBE, the harmless line that every spam filter must refuse"},
};

constexpr std::string_view boundary = "=_postern-audit-part";

struct Attachment {
    std::string type, name, octets;
    bool odd = false;
};

Attachment attachment_of(std::string_view sample) {
    if (sample == "eicar-zip") return {"application/zip", "test.zip", zip_of("test.com", eicar())};
    if (sample == "eicar-nested")
        return {"application/zip", "test.zip", zip_of("inner.zip", zip_of("test.com", eicar()))};
    if (sample == "eicar-targz") return {"application/gzip", "test.tar.gz", gzip_of(tar_of("test.com", eicar()))};
    if (sample == "eicar-base64") return {"application/octet-stream", "test.com", eicar(), true};
    return {"application/octet-stream", "test.com", eicar()};
}

/// Base64 in lines; odd ones are short and of uneven length, with blanks at their ends, as decoders must bear (RFC 2045 6.8).
std::string in_lines(const std::string& base64, bool odd) {
    std::string out;
    const std::size_t width = odd ? 7 : 76;
    for (std::size_t at = 0; at < base64.size(); at += width) {
        out += base64.substr(at, width);
        out += odd ? " \r\n" : "\r\n";
    }
    return out;
}

std::string part(const Attachment& one) {
    return fmt::format("Content-Type: {};\r\n name=\"{}\"\r\nContent-Disposition: attachment; filename=\"{}\"\r\n"
                       "Content-Transfer-Encoding:{}\r\n\r\n{}",
                       one.type, one.name, one.name, one.odd ? "\t  BASE64" : " base64",
                       in_lines(wire::encode_base64(one.octets), one.odd));
}

std::string multipart(const std::string& head, const std::string& text, const std::string& second) {
    return fmt::format("{}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n--{}\r\n"
                       "Content-Type: text/plain\r\n\r\n{}\r\n--{}\r\n{}\r\n--{}--\r\n",
                       head, boundary, boundary, text, boundary, second, boundary);
}

std::string without_blanks(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c != ' ' && c != '\r' && c != '\n' && c != '\t') out += c;
    return out;
}

}  // namespace

std::span<const Sample> samples() { return table; }

std::string eicar() {
    std::string out = R"(X5O!P%@AP[4\PZX54(P^)7CC)7}$)";
    return out += "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
}

std::string gtube() {
    std::string out = "XJS*C4JDBQADN1.NSBN3*2IDNEN*";
    return out += "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";
}

std::string sample_message(const ActiveWishes& wishes, std::string_view sample, std::string_view token,
                           std::string_view from, std::string_view to) {
    std::string_view what = "a sample";
    for (const Sample& one : table)
        if (one.name == sample) what = one.what;
    const std::string head = test_header(wishes, token, from, to, "Sample of a mail server audit");
    const std::string text =
        fmt::format("This is a test message. The operator of {} checks the mail server with postern audit\r\n"
                    "--intrusive: it holds {}.\r\nNothing needs to be done about it.\r\n\r\nToken: {}\r\n",
                    wishes.domain.text(), what, token);
    if (sample == "clean") return head + "\r\n" + text;
    if (sample == "gtube") return head + "\r\n" + text + "\r\n" + gtube() + "\r\n";
    if (sample != "eicar-message") return multipart(head, text, part(attachment_of(sample)));
    const std::string inner = multipart("From: inner@example.net\r\nSubject: inner message\r\n",
                                        "See the attachment.\r\n", part(attachment_of("eicar-plain")));
    // Another boundary for the outer message, or its parts would end within the inner one.
    return fmt::format(
        "{}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"outer\"\r\n\r\n--outer\r\n"
        "Content-Type: text/plain\r\n\r\n{}\r\n--outer\r\nContent-Type: message/rfc822\r\n\r\n{}\r\n--outer--\r\n",
        head, text, inner);
}

bool still_holds(std::string_view message, std::string_view sample) {
    if (sample == "gtube") return message.contains(gtube());
    if (sample == "clean") return true;
    const std::string bare = without_blanks(message);
    return bare.contains(without_blanks(wire::encode_base64(attachment_of(sample).octets))) ||
           message.contains(eicar());
}

}  // namespace postern::audit
