// SPDX-License-Identifier: Apache-2.0
#include "policy/attachments.hpp"

#include "base/ascii_case.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::policy {
namespace {

constexpr Rule dangerous{"m1.attachment.dangerous", "M1", 550, "5.7.1"};
constexpr Rule locked{"m1.attachment.locked", "M1", 550, "5.7.1"};
constexpr Rule ambiguous{"m1.message.ambiguous", "M1", 550, "5.6.0"};
constexpr Rule piece{"m1.message.piece", "M1", 550, "5.6.0"};
constexpr Rule unscannable{"m1.message.unscannable", "M1", 550, "5.6.0"};

constexpr std::array<std::string_view, 52> run_when_opened{
    "ade",  "adp", "appx", "application", "bat", "chm",  "cmd", "com",    "cpl",  "dll", "exe", "gadget", "hta",
    "img",  "ins", "iso",  "isp",         "jar", "jnlp", "js",  "jse",    "lib",  "lnk", "mde", "msc",    "msi",
    "msix", "msp", "mst",  "nsh",         "one", "pif",  "ps1", "ps1xml", "psc1", "reg", "scf", "scr",    "sct",
    "shb",  "sys", "url",  "vb",          "vbe", "vbs",  "vhd", "vhdx",   "vxd",  "wsc", "wsf", "wsh",    "xll"};

/// Types that are programs, whatever the name says.
constexpr std::array<std::string_view, 5> program_types{"application/x-msdownload", "application/x-msdos-program",
                                                        "application/hta", "application/x-ms-shortcut",
                                                        "application/x-dosexec"};

/// U+202A to U+202E and U+2066 to U+2069 turn the direction of writing: "gpj.exe" is shown as "exe.jpg".
bool turns_direction(std::string_view name) {
    for (auto at = name.find("\xE2\x80"); at != name.npos; at = name.find("\xE2\x80", at + 1))
        if (at + 2 < name.size() && name[at + 2] >= '\xAA' && name[at + 2] <= '\xAE') return true;
    for (auto at = name.find("\xE2\x81"); at != name.npos; at = name.find("\xE2\x81", at + 1))
        if (at + 2 < name.size() && name[at + 2] >= '\xA6' && name[at + 2] <= '\xA9') return true;
    return false;
}

/// What the content itself is, whatever its name and type say.
std::string program_content(std::string_view head) {
    if (head.starts_with("MZ")) return "its content is a Windows program";
    if (head.starts_with("\x7F"
                         "ELF"))
        return "its content is a Linux program";
    if (head.starts_with(std::string_view("L\0\0\0\x01\x14\x02\0", 8))) return "its content is a shortcut";
    return {};
}

/// One piece of a message that only the reader's program puts together (RFC 2046 5.2.2): no scanner sees more than its piece.
bool is_piece(const wire::MimePart& part) {
    return std::ranges::find(part.types, "message/partial") != part.types.end();
}

struct Seen {
    std::string what, name;
};

std::vector<Seen> dangers(const wire::MimePart& part, std::span<const std::string> extensions) {
    std::vector<Seen> out;
    for (const std::string& name : part.names)
        if (std::string what = deceit_in_name(name, extensions); !what.empty()) out.push_back({std::move(what), name});
    for (const std::string& name : part.members)
        if (std::string what = deceit_in_name(name, extensions); !what.empty())
            out.push_back({"within an archive, " + what, name});
    for (const std::string& type : part.types)
        if (std::ranges::find(program_types, type) != program_types.end())
            out.push_back(
                {fmt::format("its type is {}", printable(type, 64)), part.names.empty() ? "" : part.names.front()});
    if (std::string what = program_content(part.head); !what.empty())
        out.push_back({std::move(what), part.names.empty() ? "" : part.names.front()});
    return out;
}

}  // namespace

std::span<const std::string_view> dangerous_extensions() { return run_when_opened; }

std::string extension_of(std::string_view name) {
    while (!name.empty() && (name.back() == '.' || name.back() == ' ' || name.back() == '\t' || name.back() == '\0'))
        name.remove_suffix(1);
    // A zero octet ends the name for some programs.
    name = name.substr(0, name.find('\0'));
    const auto slash = name.find_last_of("/\\");
    if (slash != name.npos) name.remove_prefix(slash + 1);
    const auto dot = name.rfind('.');
    return dot == name.npos ? std::string() : lowered(name.substr(dot + 1));
}

std::string deceit_in_name(std::string_view name, std::span<const std::string> extensions) {
    if (turns_direction(name)) return "its writing direction is turned, so that another ending is shown";
    const std::string extension = extension_of(name);
    const bool listed = extensions.empty() ? std::ranges::find(run_when_opened, extension) != run_when_opened.end()
                                           : std::ranges::find(extensions, extension) != extensions.end();
    return listed ? fmt::format("it ends in .{}", printable(extension, 16)) : std::string();
}

std::string_view unseen_in(const wire::MimeWalk& walk) {
    if (!walk.unscannable.empty()) return walk.unscannable;
    if (std::ranges::any_of(walk.parts, &wire::MimePart::encrypted_archive)) return "locked";
    return std::ranges::any_of(walk.parts, &is_piece) ? "piece" : "";
}

void judge_attachments(const wire::MimeWalk& walk, const MalwareSettings& settings, Decision& decision) {
    std::string first, all;
    bool any_locked = false;
    for (const wire::MimePart& part : walk.parts) {
        any_locked = any_locked || part.encrypted_archive;
        for (const Seen& one : dangers(part, settings.extensions)) {
            if (first.empty()) first = one.what;
            if (all.size() < 500)
                all += fmt::format("{}{} ({})", all.empty() ? "" : "; ", printable(one.name, 100), one.what);
        }
    }
    if (!first.empty())
        decision.add(dangerous, settings.mode, settings.attachments,
                     fmt::format("An attachment is not taken here: {}", first), all);
    if (any_locked)
        decision.add(locked, settings.mode, settings.locked_archives,
                     "An attached archive is locked, so that nothing can look into it");
    if (std::ranges::any_of(walk.parts, &is_piece))
        decision.add(piece, settings.mode, settings.unscannable,
                     "The message is one piece of a larger one, which cannot be looked through");
    if (walk.ambiguous()) {
        // Tagged; together with something dangerous it is held at least: one of its readings was meant to be missed.
        const Action action = first.empty() ? Action::tag : Action::hold;
        decision.add(ambiguous, settings.mode, action,
                     "The message is built so that programs read it in different ways",
                     fmt::format("{}", fmt::join(walk.doubts, ", ")));
    }
    if (!walk.unscannable.empty())
        decision.add(unscannable, settings.mode, settings.unscannable,
                     "The message is nested too deeply or in too many parts to be looked through",
                     std::string(walk.unscannable));
}

}  // namespace postern::policy
