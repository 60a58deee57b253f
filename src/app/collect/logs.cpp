// SPDX-License-Identifier: Apache-2.0
#include "app/collect/logs.hpp"

#include "app/collect/run_tool.hpp"
#include "evidence/exchange_log.hpp"
#include "evidence/unpack.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <utility>

namespace postern::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_line = 64 * 1024;
constexpr auto kept = std::chrono::hours(24 * 31);

/// Pieces in, whole lines out; a line longer than max_line is cut.
class Lines {
public:
    explicit Lines(std::function<void(std::string_view)> take) : take_(std::move(take)) {}
    void feed(std::string_view piece) {
        while (!piece.empty()) {
            const auto end = piece.find('\n');
            if (end == piece.npos) {
                if (held_.size() < max_line) held_ += piece;
                return;
            }
            if (held_.empty()) {
                take_(piece.substr(0, end));
            } else {
                held_ += piece.substr(0, end);
                take_(held_);
                held_.clear();
            }
            piece.remove_prefix(end + 1);
        }
    }
    void end() {
        if (!held_.empty()) take_(held_);
        held_.clear();
    }

private:
    std::function<void(std::string_view)> take_;
    std::string held_;
};

struct Reading {
    evidence::MailLog log;
    evidence::ExchangeLog exchange;
    const LogProgress& progress;
    std::uint64_t lines = 0;

    void line(std::string_view text) {
        if (text.ends_with('\r')) text.remove_suffix(1);
        if (auto event = exchange.read(text)) log.take(*event);
        else if (!exchange.reading()) log.read(text);
        if (++lines % 100'000 == 0) progress(lines);
    }
};

std::string read_one(const std::string& path, Reading& reading) {
    std::string fault = each_log_line(path, [&](std::string_view text) { reading.line(text); });
    reading.exchange.end_of_file();
    return fault;
}

/// mail.log, mail.log.1, mail.log.2.gz ... that were written in the last month.
std::vector<std::string> kept_by_system() {
    std::vector<std::string> paths;
    for (const char* stem :
         {"/var/log/mail.log", "/var/log/maillog", "/var/log/exim4/mainlog", "/var/log/exim/main.log"}) {
        const fs::path wanted(stem);
        std::error_code absent;  // no such folder: no logs there
        for (const auto& entry : fs::directory_iterator(wanted.parent_path(), absent)) {
            const std::string name = entry.path().filename();
            struct stat about{};
            if (!name.starts_with(wanted.filename().string()) || stat(entry.path().c_str(), &about) != 0) continue;
            if (std::chrono::system_clock::now() - std::chrono::system_clock::from_time_t(about.st_mtime) < kept)
                paths.push_back(entry.path());
        }
    }
    std::ranges::sort(paths,
                      std::greater<>());  // the oldest first: mail.log.10, .9 ... roughly; joins need only neighbours
    return paths;
}

}  // namespace

std::chrono::minutes local_zone(Instant now) {
    const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    std::tm local{};
    localtime_r(&seconds, &local);
    return std::chrono::minutes(local.tm_gmtoff / 60);
}

std::string each_log_line(const std::string& path, const std::function<void(std::string_view)>& take) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return fmt::format("{}: {}", path, std::strerror(errno));
    std::array<char, 256 * 1024> buffer{};
    bool first = true;
    Lines lines(take);
    const auto more = [&]() -> std::string_view {
        const ssize_t got = read(file, buffer.data(), buffer.size());
        return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
    };
    std::string_view piece = more();
    const bool packed = piece.starts_with("\x1f\x8b") || piece.starts_with("BZh") ||
                        piece.starts_with("\xfd"
                                          "7zXZ") ||
                        piece.starts_with("\x28\xb5\x2f\xfd");
    std::string fault;
    if (packed) {
        const auto done =
            evidence::decompress([&]() -> std::string_view { return std::exchange(first, false) ? piece : more(); },
                                 [&](std::string_view octets) {
                                     lines.feed(octets);
                                     return true;
                                 });
        if (!done) fault = fmt::format("{}: {}", path, done.error().message);
    } else {
        for (; !piece.empty(); piece = more()) lines.feed(piece);
    }
    lines.end();
    close(file);
    return fault;
}

LogsRead read_logs(const std::vector<std::string>& paths, Instant now, const LogProgress& progress) {
    LogsRead out;
    Reading reading{evidence::MailLog(now, local_zone(now)), {}, progress};
    const std::vector<std::string> files = paths.empty() ? kept_by_system() : paths;
    for (const std::string& path : files) {
        if (std::string fault = read_one(path, reading); !fault.empty()) out.faults.push_back(std::move(fault));
        else out.sources.push_back(path);
    }
    if (paths.empty() && reading.log.findings().understood == 0) {
        Lines lines([&](std::string_view text) { reading.line(text); });
        const auto done = stream_tool(
            {"journalctl", "--no-pager", "--quiet", "-o", "short-iso", "--since", "-30d", "SYSLOG_FACILITY=2"},
            std::chrono::minutes(5), [&](std::string_view piece) {
                lines.feed(piece);
                return true;
            });
        lines.end();
        if (done && reading.log.findings().understood > 0) out.sources.emplace_back("the journal");
        if (!done && done.error().code != "tool.absent") out.faults.push_back(done.error().message);
    }
    out.findings = reading.log.findings();
    return out;
}

}  // namespace postern::app
