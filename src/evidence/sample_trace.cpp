// SPDX-License-Identifier: Apache-2.0
#include "evidence/sample_trace.hpp"

#include <algorithm>

namespace postern::evidence {
namespace {

constexpr std::size_t longest_kept = 400;

/// From behind `mark` to one of `ends`; "" without the mark.
std::string_view behind(std::string_view line, std::string_view mark, std::string_view ends) {
    const auto at = line.find(mark);
    if (at == line.npos) return {};
    const std::string_view rest = line.substr(at + mark.size());
    return rest.substr(0, rest.find_first_of(ends));
}

bool is_queue_id(std::string_view word) {
    return word.size() >= 5 && word.size() <= 32 && std::ranges::all_of(word, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
           });
}

}  // namespace

std::string SampleTraces::token_behind(std::string_view line, std::string_view mark) const {
    const std::string_view token = behind(line, mark, "@> ");
    return tokens_.contains(token) ? std::string(token) : std::string();
}

void SampleTraces::read_postfix(std::string_view id, std::string_view rest) {
    if (const std::string_view login = behind(rest, "sasl_username=", ", "); !login.empty()) {
        if (logins_.size() == max_open) logins_.clear();  // a day's worth of others: ours is among the latest
        logins_[std::string(id)] = std::string(login.substr(0, longest_kept));
    }
    if (rest.starts_with("message-id="))
        if (std::string token = token_behind(rest, "message-id=<"); !token.empty()) {
            const auto login = logins_.find(id);
            traces_[token] = {token, login == logins_.end() ? std::string() : login->second, {}};
            ours_[std::string(id)] = std::move(token);
        }
    if (const auto ours = ours_.find(id); ours != ours_.end() && rest.contains("reject"))
        traces_[ours->second].line = std::string(rest.substr(0, longest_kept));
}

void SampleTraces::read(std::string_view line) {
    if (std::string token = token_behind(line, " id="); !token.empty())
        traces_[token] = {token, std::string(behind(line, " A=", " ")).substr(0, longest_kept),
                          std::string(line.substr(0, longest_kept))};
    const auto program = line.find("postfix");
    const auto bracket = program == line.npos ? line.npos : line.find("]: ", program);
    if (bracket == line.npos) return;
    const std::string_view said = line.substr(bracket + 3);
    const auto colon = said.find(": ");
    if (colon != said.npos && is_queue_id(said.substr(0, colon)))
        read_postfix(said.substr(0, colon), said.substr(colon + 2));
}

std::vector<SampleTraces::Trace> SampleTraces::traces() const {
    std::vector<Trace> out;
    for (const auto& [token, trace] : traces_) out.push_back(trace);
    return out;
}

}  // namespace postern::evidence
