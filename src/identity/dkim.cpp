// SPDX-License-Identifier: Apache-2.0
#include "identity/dkim.hpp"

#include "base/ascii_case.hpp"
#include "base/contains.hpp"
#include "base/text.hpp"
#include "identity/digest.hpp"
#include "identity/dkim_canonical.hpp"
#include "identity/tag_list.hpp"
#include "wire/base64.hpp"

#include <fmt/format.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <charconv>
#include <memory>

namespace postern::identity {
namespace {

using dns::Inquiry;
using dns::Question;
using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Pkey load_key(DkimKey::Kind kind, std::string_view octets) {
    EVP_PKEY* key = nullptr;
    if (kind == DkimKey::Kind::ed25519) {
        key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(octets), octets.size());
    } else {
        const auto* at = bytes(octets);
        key = d2i_PUBKEY(nullptr, &at, static_cast<long>(octets.size()));
        at = bytes(octets);
        if (key == nullptr) key = d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(octets.size()));
    }
    return {key, &EVP_PKEY_free};
}

bool verifies(const DkimKey& key, std::string_view signature, std::string_view octets) {
    const Pkey loaded = load_key(key.kind, key.octets);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    if (!loaded || !context) return false;
    // Ed25519 signs the SHA-256 of the header, not the header (RFC 8463 3).
    const bool rsa = key.kind == DkimKey::Kind::rsa;
    const std::string digest = rsa ? std::string() : sha256(octets);
    const std::string_view input = rsa ? octets : digest;
    return EVP_DigestVerifyInit(context.get(), nullptr, rsa ? EVP_sha256() : nullptr, nullptr, loaded.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(input), input.size()) == 1;
}

/// A DKIM-Signature field, read.
struct Signature {
    const wire::HeaderField* field = nullptr;
    DkimVerdict verdict;
    std::string signature;
    std::string body_hash;
    Canonical header_form = Canonical::simple;
    Canonical body_form = Canonical::simple;
    std::optional<DomainName> key_name;
    std::optional<std::uint64_t> expires;
};

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

void read_canonicalization(Signature& out, std::string_view text) {
    const auto slash = text.find('/');
    const std::string_view header = text.substr(0, slash);
    const std::string_view body = slash == text.npos ? std::string_view("simple") : text.substr(slash + 1);
    const auto known = [](std::string_view form) { return form == "simple" || form == "relaxed"; };
    if (!known(header) || !known(body))
        out.verdict.problem = fmt::format("c={} is no canonicalisation", printable(text, 64));
    out.header_form = header == "relaxed" ? Canonical::relaxed : Canonical::simple;
    out.body_form = body == "relaxed" ? Canonical::relaxed : Canonical::simple;
    out.verdict.canonicalization = fmt::format("{}/{}", printable(header, 16), printable(body, 16));
}

/// What RFC 6376 6.1.1 demands before a key is asked for.
std::string fault_in(const Signature& signature, const TagList& tags) {
    for (const std::string_view name : {"v", "a", "b", "bh", "d", "h", "s"})
        if (!tags.find(name)) return fmt::format("the tag {} is missing", name);
    if (tags.get("v") != "1") return "its version is not 1";
    if (const auto& algorithm = signature.verdict.algorithm; algorithm == "rsa-sha1")
        return "it is signed with SHA-1, which counts as no signature (RFC 8301)";
    else if (algorithm != "rsa-sha256" && algorithm != "ed25519-sha256")
        return fmt::format("a={} is unknown", algorithm);
    if (!contains(signature.verdict.signed_fields, "from")) return "it does not sign From";
    if (signature.signature.empty() || signature.body_hash.empty()) return "b= or bh= is not base64";
    if (!signature.key_name) return "d= and s= make no domain name";
    if (const auto identity = tags.find("i")) {
        const auto at = identity->rfind('@');
        const auto domain =
            at == identity->npos ? Result<DomainName>(fail("", "")) : DomainName::parse(identity->substr(at + 1));
        const auto signer = DomainName::parse(signature.verdict.domain);
        if (!domain || !signer || !domain->is_within(*signer)) return "i= is not within d=";
    }
    if (tags.find("l") && !signature.verdict.body_length) return "l= is no number";
    return signature.verdict.problem;
}

Signature read_signature(const wire::HeaderField& field) {
    Signature out{.field = &field};
    out.verdict.result = DkimResult::permerror;
    const auto tags = parse_tag_list(field.body());
    if (!tags) {
        out.verdict.problem = tags.error().message;
        return out;
    }
    out.verdict.domain = tags->get("d");
    out.verdict.selector = tags->get("s");
    out.verdict.algorithm = printable(tags->get("a"), 32);
    out.signature = wire::decode_base64(tags->get("b")).value_or("");
    out.body_hash = wire::decode_base64(tags->get("bh")).value_or("");
    for (const std::string& name : items(tags->get("h"), ':')) out.verdict.signed_fields.push_back(lowered(name));
    read_canonicalization(out, tags->get("c", "simple"));
    if (const auto length = tags->find("l")) out.verdict.body_length = parse_number(*length);
    if (const auto expires = tags->find("x")) out.expires = parse_number(*expires);
    if (const auto name = DomainName::parse(fmt::format("{}._domainkey.{}", out.verdict.selector, out.verdict.domain)))
        out.key_name = *name;
    out.verdict.problem = fault_in(out, *tags);
    return out;
}

Inquiry<DkimVerdict> verify_one(const wire::Message& message, Signature signature, Instant now) {
    DkimVerdict verdict = signature.verdict;
    const auto conclude = [&verdict](DkimResult result, std::string problem) {
        verdict.result = result;
        verdict.problem = std::move(problem);
        return verdict;
    };
    if (!verdict.problem.empty()) co_return verdict;
    const auto seconds =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
    if (signature.expires && *signature.expires < seconds)
        co_return conclude(DkimResult::permerror, "it has expired (x=)");

    const dns::Answer answer = co_await dns::ask(Question{*signature.key_name, dns::Type::txt});
    if (!answer.is_definite())
        co_return conclude(DkimResult::temperror,
                           fmt::format("{} TXT: {}", signature.key_name->text(), answer.reason()));
    const auto texts = answer.texts();
    if (texts.empty())
        co_return conclude(DkimResult::permerror, fmt::format("{} publishes no key", signature.key_name->text()));
    // Several records are undefined (RFC 6376 3.6.2.2); the first that is a key is taken.
    Result<DkimKey> key = fail("", "");
    for (const std::string& text : texts)
        if (key = parse_dkim_key(text); key) break;
    if (!key)
        co_return conclude(DkimResult::permerror,
                           fmt::format("{}: {}", signature.key_name->text(), key.error().message));
    verdict.key = *key;
    if (key->octets.empty()) co_return conclude(DkimResult::permerror, "its key is revoked (p= is empty)");
    if ((key->kind == DkimKey::Kind::rsa) != verdict.algorithm.starts_with("rsa"))
        co_return conclude(DkimResult::permerror, "its key is of another kind than a= says");
    if (key->kind == DkimKey::Kind::rsa && key->bits < dkim_min_rsa_bits)
        co_return conclude(
            DkimResult::permerror,
            fmt::format("its key has {} bits; fewer than {} count as none (RFC 8301)", key->bits, dkim_min_rsa_bits));

    std::string body = canonical_body(message.body, signature.body_form);
    if (verdict.body_length) {
        if (*verdict.body_length > body.size()) co_return conclude(DkimResult::permerror, "l= is longer than the body");
        body.resize(*verdict.body_length);
    }
    if (sha256(body) != signature.body_hash)
        co_return conclude(DkimResult::fail, "the body was changed after it was signed");
    if (!verifies(*key, signature.signature,
                  signed_header(message.fields, verdict.signed_fields, signature.field->raw, signature.header_form)))
        co_return conclude(DkimResult::fail, "a signed header field was changed, or the key is not the signer's");
    co_return conclude(DkimResult::pass, {});
}

}  // namespace

std::string_view to_string(DkimResult result) {
    constexpr std::array<std::string_view, 6> names{"pass", "fail", "policy", "neutral", "temperror", "permerror"};
    return names[static_cast<std::size_t>(result)];
}

Result<DkimKey> parse_dkim_key(std::string_view text) {
    const auto tags = parse_tag_list(text);
    if (!tags) return fail("dkim.key", tags.error().message);
    if (tags->get("v", "DKIM1") != "DKIM1") return fail("dkim.key", "its version is not DKIM1");
    const auto p = tags->find("p");
    if (!p) return fail("dkim.key", "it has no p=");
    DkimKey key;
    const auto kind = tags->get("k", "rsa");
    if (kind != "rsa" && kind != "ed25519")
        return fail("dkim.key", fmt::format("k={} is unknown", printable(kind, 32)));
    key.kind = kind == "rsa" ? DkimKey::Kind::rsa : DkimKey::Kind::ed25519;
    if (const auto hashes = tags->find("h"); hashes && !contains(items(*hashes, ':'), "sha256"))
        return fail("dkim.key", "it allows no SHA-256 (h=)");
    if (const auto services = tags->find("s");
        services && !contains(items(*services, ':'), "*") && !contains(items(*services, ':'), "email"))
        return fail("dkim.key", "it is not for mail (s=)");
    const auto flags = items(tags->get("t"), ':');
    key.testing = contains(flags, "y");
    key.no_subdomains = contains(flags, "s");
    const auto octets = wire::decode_base64(*p);
    if (!octets) return fail("dkim.key", "p= is not base64");
    key.octets = *octets;
    if (key.octets.empty()) return key;
    const Pkey loaded = load_key(key.kind, key.octets);
    if (!loaded) return fail("dkim.key", "p= holds no public key");
    key.bits = EVP_PKEY_get_bits(loaded.get());
    return key;
}

Inquiry<std::vector<DkimVerdict>> verify_dkim(const wire::Message& message, Instant now) {
    std::vector<DkimVerdict> verdicts;
    for (const wire::HeaderField* field : message.all("dkim-signature")) {
        Signature signature = read_signature(*field);
        if (verdicts.size() >= dkim_max_signatures) {
            signature.verdict.result = DkimResult::policy;
            signature.verdict.problem =
                fmt::format("not verified: only the first {} signatures are", dkim_max_signatures);
            verdicts.push_back(signature.verdict);
            continue;
        }
        verdicts.push_back(co_await verify_one(message, std::move(signature), now));
    }
    co_return verdicts;
}

}  // namespace postern::identity
