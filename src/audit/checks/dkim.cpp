// SPDX-License-Identifier: Apache-2.0
// DKIM of the saved message (5-19 to 5-22), and its alignment (5-24).
#include "identity/dkim.hpp"
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "base/contains.hpp"
#include "identity/dmarc.hpp"
#include "identity/spf.hpp"

#include <fmt/format.h>

namespace postern::audit {
namespace {

using identity::DkimResult;
using identity::DkimVerdict;

std::optional<DomainName> author_domain(const Evidence& evidence) {
    const auto* from = evidence.message->first("from");
    const auto boxes = from == nullptr ? std::vector<std::string>{} : wire::mailboxes(from->value());
    if (boxes.empty()) return std::nullopt;
    const auto domain = DomainName::parse(boxes.front().substr(boxes.front().rfind('@') + 1));
    return domain ? std::optional(*domain) : std::nullopt;
}

std::string about(const DkimVerdict& verdict) {
    return fmt::format("The signature of {} (selector {})", verdict.domain, verdict.selector);
}

Finding unsigned_message() {
    return failing("DKIM_NONE", "The message carries no DKIM signature.",
                   "Sign what leaves: rspamd's dkim_signing or OpenDKIM as a milter, Exim's dkim_domain; then publish "
                   "SELECTOR._domainkey.");
}

}  // namespace

Judging judge_dkim_verifies(const Evidence& evidence) {
    const auto verdicts = co_await identity::verify_dkim(*evidence.message, evidence.taken);
    if (verdicts.empty()) co_return Findings{unsigned_message()};
    Findings out;
    bool any = false;
    for (const DkimVerdict& verdict : verdicts) {
        any = any || verdict.result == DkimResult::pass;
        if (verdict.result == DkimResult::pass) out.push_back(pass("DKIM_PASS", about(verdict) + " verifies."));
        else if (verdict.result == DkimResult::temperror)
            out.push_back(
                unknown("DKIM_UNKNOWN", fmt::format("{} could not be verified: {}.", about(verdict), verdict.problem)));
        else
            out.push_back(failing("DKIM_FAIL", fmt::format("{} does not verify: {}.", about(verdict), verdict.problem),
                                  "Compare the published key with the signer's; sign after every program that changes "
                                  "the message (footers, rewriting)."));
    }
    // A further signature that fails harms nobody while one verifies (RFC 6376 6.1).
    if (any)
        for (Finding& finding : out)
            if (finding.status == Status::fail) finding.status = Status::warning;
    co_return out;
}

Judging judge_dkim_key(const Evidence& evidence) {
    Findings out;
    for (const DkimVerdict& verdict : co_await identity::verify_dkim(*evidence.message, evidence.taken)) {
        if (!verdict.key || verdict.key->bits == 0) continue;
        const auto& key = *verdict.key;
        if (key.kind == identity::DkimKey::Kind::ed25519)
            out.push_back(pass("DKIM_KEY_ED25519", about(verdict) + " uses Ed25519."));
        else if (key.bits < identity::dkim_min_rsa_bits)
            out.push_back(
                failing("DKIM_KEY_WEAK",
                        fmt::format("{} uses an RSA key of {} bits, which counts as none.", about(verdict), key.bits),
                        "Make a key of 2048 bits under a new selector."));
        else if (key.bits < 2048)
            out.push_back(
                warning("DKIM_KEY_SHORT",
                        fmt::format("{} uses an RSA key of {} bits; 2048 are advised.", about(verdict), key.bits),
                        "Make a key of 2048 bits under a new selector; keep the old one published for a week."));
        else
            out.push_back(
                pass("DKIM_KEY_STRONG", fmt::format("{} uses an RSA key of {} bits.", about(verdict), key.bits)));
    }
    if (out.empty()) out.push_back(elsewhere("DKIM_NO_KEY_SEEN", "No signature led to a key.", "See 5-19."));
    co_return out;
}

Judging judge_dkim_fields(const Evidence& evidence) {
    Findings out;
    for (const DkimVerdict& verdict : co_await identity::verify_dkim(*evidence.message, evidence.taken)) {
        std::vector<std::string> left_out;
        for (const std::string_view name :
             {"from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"})
            if (evidence.message->first(name) != nullptr && !contains(verdict.signed_fields, name))
                left_out.emplace_back(name);
        if (verdict.body_length)
            out.push_back(
                failing("DKIM_BODY_LENGTH",
                        about(verdict) + " covers only the beginning of the body (l=): anybody can add to it.",
                        "Switch l= off in the signer."));
        if (!left_out.empty())
            out.push_back(warning("DKIM_FIELDS_LEFT_OUT",
                                  fmt::format("{} leaves out {}.", about(verdict), some_of(left_out)),
                                  "Add them to the signer's list of header fields."));
    }
    if (out.empty() && evidence.message->first("dkim-signature") == nullptr)
        out.push_back(elsewhere("DKIM_NO_KEY_SEEN", "There is no signature to judge.", "See 5-19."));
    if (out.empty()) out.push_back(pass("DKIM_FIELDS_SIGNED", "The signature covers what matters."));
    co_return out;
}

Judging judge_dkim_testing(const Evidence& evidence) {
    Findings out;
    for (const DkimVerdict& verdict : co_await identity::verify_dkim(*evidence.message, evidence.taken)) {
        if (!verdict.key) continue;
        if (verdict.key->testing)
            out.push_back(warning(
                "DKIM_TESTING",
                about(verdict) + " leads to a key marked as a test (t=y): receivers treat the message as unsigned.",
                "Take t=y out of the key record."));
        else out.push_back(pass("DKIM_NOT_TESTING", about(verdict) + " leads to a key in earnest."));
    }
    if (out.empty()) out.push_back(elsewhere("DKIM_NO_KEY_SEEN", "No signature led to a key.", "See 5-19."));
    co_return out;
}

Judging judge_dmarc_aligned(const Evidence& evidence) {
    const auto author = author_domain(evidence);
    if (!author) co_return Findings{failing("ALIGN_NO_AUTHOR", "From names no domain.", "See 5-12.")};
    const auto policy = co_await identity::find_dmarc(*author);
    bool undetermined = false;
    for (const DkimVerdict& verdict : co_await identity::verify_dkim(*evidence.message, evidence.taken)) {
        undetermined = undetermined || verdict.result == DkimResult::temperror;
        const auto signer = DomainName::parse(verdict.domain);
        if (verdict.result == DkimResult::pass && signer &&
            co_await identity::is_aligned(*author, *signer, policy.record.strict_dkim))
            co_return Findings{
                pass("ALIGN_DKIM", fmt::format("DKIM of {} is aligned with {}.", signer->text(), author->text()))};
    }
    const auto* path = evidence.message->first("return-path");
    const auto boxes = path == nullptr ? std::vector<std::string>{} : wire::mailboxes(path->value());
    if (!boxes.empty() && evidence.trace.entry && evidence.trace.entry->ip) {
        const auto query = identity::spf_query(*evidence.trace.entry->ip, boxes.front(), evidence.trace.entry->helo);
        const auto spf = query ? co_await identity::check_spf(*query) : identity::SpfVerdict{};
        undetermined = undetermined || spf.result == identity::SpfResult::temperror;
        if (spf.result == identity::SpfResult::pass &&
            co_await identity::is_aligned(*author, query->domain, policy.record.strict_spf))
            co_return Findings{
                pass("ALIGN_SPF", fmt::format("SPF of {} is aligned with {}.", query->domain.text(), author->text()))};
    }
    if (undetermined)
        co_return Findings{unknown("ALIGN_UNKNOWN", "Alignment could not be determined: a look-up failed.")};
    co_return Findings{
        failing("ALIGN_NONE",
                fmt::format("Neither DKIM nor SPF speaks for {}: receivers that ask for DMARC refuse such mail.",
                            author->text()),
                fmt::format("Sign with d={}, or send with an envelope sender within it.", author->text()))};
}

}  // namespace postern::audit
