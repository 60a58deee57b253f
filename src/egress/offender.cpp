// SPDX-License-Identifier: Apache-2.0
#include "egress/offender.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace postern::egress {
namespace {

/// A SYN without an answer is sent again for about two minutes (Linux: after 1, 3, 7, 15, 31, 63 s).
constexpr auto retry_time = std::chrono::seconds(150);

std::string_view domain_of(std::string_view address) {
    const auto at = address.rfind('@');
    return at == address.npos ? address : address.substr(at + 1);
}

void keep(std::vector<std::string>& samples, std::string text) {
    if (text.empty() || samples.size() >= Offender::max_samples) return;
    text.resize(std::min(text.size(), Offender::max_text));
    if (!contains(samples, text)) samples.push_back(std::move(text));
}

}  // namespace

std::string_view to_string(Speech speech) {
    constexpr std::array<std::string_view, 7> names{"silence",          "SMTP", "TLS", "HTTP", "SOCKS",
                                                    "another protocol", "junk"};
    return names[static_cast<std::size_t>(speech)];
}

void Identity::learn(const Identity& other) {
    if (!other.mac.empty() && (mac.empty() || (other.on_link && !on_link))) {
        mac = other.mac;
        on_link = other.on_link;
        note.clear();
    }
    if (mac.empty() && !other.note.empty()) note = other.note;
    for (const auto member : {&Identity::reverse_name, &Identity::user})
        if (!(other.*member).empty()) this->*member = other.*member;
    if (other.dhcp_name.empty()) return;
    dhcp_name = other.dhcp_name;
    dhcp_source = other.dhcp_source;
}

bool Offender::is_retry(const Attempt& attempt) {
    if (attempt.source_port == 0 || !attempt.destination) return false;
    const auto hash = static_cast<std::uint32_t>(std::hash<std::string>{}(attempt.destination->to_string()));
    for (Recent& seen : recent_)
        if (seen.port == attempt.source_port && seen.destination == hash && attempt.at - seen.at < retry_time)
            return true;
    recent_[next_recent_++ % recent_.size()] = {attempt.source_port, hash, attempt.at};
    return false;
}

void Offender::note(const Attempt& attempt) {
    if (is_retry(attempt)) {
        ++retries;
        last = std::max(last, attempt.at);
        return;
    }
    if (attempts == 0) {
        address = attempt.source;
        first = attempt.at;
    } else {
        gaps_[gap_count_++ % gaps_.size()] = (attempt.at - last).count();
    }
    ++attempts;
    last = std::max(last, attempt.at);
    const std::int64_t minute = std::chrono::floor<std::chrono::minutes>(attempt.at).time_since_epoch().count();
    in_minute_ = minute == minute_ ? in_minute_ + 1 : 1;
    minute_ = minute;
    peak_per_minute = std::max(peak_per_minute, in_minute_);
    if (!has(attempt.source) && addresses.size() < max_addresses) addresses.push_back(attempt.source);
    if (attempt.destination) destinations.add(attempt.destination->to_string());
    ports.add(std::to_string(attempt.destination_port));
}

void Offender::note(const Conversation& said, bool show_recipients) {
    ++conversations;
    ++speeches[static_cast<std::size_t>(said.speech)];
    spoke_first += said.spoke_first && said.speech == Speech::smtp ? 1 : 0;
    pipelined += said.pipelined ? 1 : 0;
    quits += said.quit ? 1 : 0;
    corrections += said.corrected ? 1 : 0;
    logins += said.asked_login ? 1 : 0;
    lines += said.lines;
    paused_lines += said.paused_lines;
    recipient_count += said.recipient_count;
    messages += said.message_count;
    if (!said.helo.empty()) helos.add(said.helo);
    if (!said.server_name.empty()) server_names.add(said.server_name);
    if (!said.sender.empty()) {
        senders.add(said.sender);
        sender_domains.add(domain_of(said.sender));
    }
    for (const std::string& recipient : said.recipients)
        keep(recipients, show_recipients ? recipient : mask_address(recipient));
    if (!said.subject.empty()) keep(subjects, show_recipients ? said.subject : mask_text(said.subject));
    keep(mailers, said.mailer);
    if (said.speech != Speech::smtp) keep(firsts, said.first);
}

void Offender::absorb(const Offender& other) {
    who.learn(other.who);
    first = std::min(first, other.first);
    last = std::max(last, other.last);
    for (const auto count :
         {&Offender::attempts, &Offender::retries, &Offender::conversations, &Offender::refused, &Offender::spoke_first,
          &Offender::pipelined, &Offender::quits, &Offender::corrections, &Offender::logins, &Offender::lines,
          &Offender::paused_lines, &Offender::recipient_count, &Offender::messages})
        this->*count += other.*count;
    for (std::size_t i = 0; i < speeches.size(); ++i) speeches[i] += other.speeches[i];
    for (const auto tally : {&Offender::destinations, &Offender::ports, &Offender::helos, &Offender::senders,
                             &Offender::sender_domains, &Offender::server_names})
        (this->*tally).absorb(other.*tally);
    for (const auto samples : {&Offender::recipients, &Offender::subjects, &Offender::mailers, &Offender::firsts})
        for (const std::string& text : other.*samples) keep(this->*samples, text);
    for (const IpAddress& ip : other.addresses)
        if (!has(ip) && addresses.size() < max_addresses) addresses.push_back(ip);
    peak_per_minute = std::max(peak_per_minute, other.peak_per_minute);
}

bool Offender::has(const IpAddress& other) const { return contains(addresses, other); }

IpAddress Offender::main_address() const {
    const auto v4 = std::ranges::find_if(addresses, &IpAddress::is_v4);
    return v4 == addresses.end() ? address : *v4;
}

std::optional<std::chrono::seconds> Offender::period() const {
    const std::size_t count = std::min(gap_count_, gaps_.size());
    if (count < 4) return std::nullopt;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += gaps_[i];
    const std::int64_t mean = sum / static_cast<std::int64_t>(count);
    if (mean < 1'000) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i)
        if (std::abs(gaps_[i] - mean) * 5 > mean) return std::nullopt;
    return std::chrono::seconds((mean + 500) / 1'000);
}

std::string mask_address(std::string_view address) {
    const auto at = address.rfind('@');
    if (at == address.npos) return "***";
    return fmt::format("{}***{}", address.substr(0, std::min<std::size_t>(at, 1)), address.substr(at));
}

std::string mask_text(std::string_view text) { return fmt::format("({} octets)", text.size()); }

}  // namespace postern::egress
