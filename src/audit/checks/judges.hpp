// SPDX-License-Identifier: Apache-2.0
// The judges by subject; the catalogue says which check each belongs to.
#pragma once

#include "audit/check.hpp"

namespace postern::audit {

// know.cpp, resolver.cpp: measure 0
Judging judge_resolver_accepted(const Evidence& evidence);
Judging judge_resolver_local(const Evidence& evidence);
Judging judge_resolver_validates(const Evidence& evidence);
Judging judge_resolver_rewrites(const Evidence& evidence);
Judging judge_listed_v4(const Evidence& evidence);
Judging judge_listed_v6(const Evidence& evidence);
Judging judge_dynamic_range(const Evidence& evidence);
Judging judge_listed_lesser(const Evidence& evidence);
Judging judge_listed_domains(const Evidence& evidence);
Judging judge_inventory(const Evidence& evidence);
Judging judge_dead_zones(const Evidence& evidence);
Judging judge_unfiltered_dnsbl(const Evidence& evidence);
Judging judge_block_replies(const Evidence& evidence);

// malware.cpp: measure 1
Judging judge_scanner_answers(const Evidence& evidence);
Judging judge_signature_age(const Evidence& evidence);
Judging judge_sizes_agree(const Evidence& evidence);
Judging judge_scanner_fail_mode(const Evidence& evidence);
Judging judge_unscanned(const Evidence& evidence);
Judging judge_infected_senders(const Evidence& evidence);
Judging judge_foreign_connections(const Evidence& evidence);
Judging judge_web_programs(const Evidence& evidence);
Judging judge_versions(const Evidence& evidence);
Judging judge_endpoint_attestation(const Evidence& evidence);

// egress.cpp: measure 2
Judging judge_port25_from_here(const Evidence& evidence);
Judging judge_mail_server_reaches(const Evidence& evidence);
Judging judge_expected_source(const Evidence& evidence);
Judging judge_local_users_guarded(const Evidence& evidence);
Judging judge_forward_guarded(const Evidence& evidence);
Judging judge_trap_hits(const Evidence& evidence);

// firewall.cpp: measure 2, the mail host's rules
Judging judge_containers_guarded(const Evidence& evidence);
Judging judge_rules_as_generated(const Evidence& evidence);
Judging judge_refusals_written_down(const Evidence& evidence);
Judging judge_other_senders(const Evidence& evidence);
Judging judge_servers_shut(const Evidence& evidence);
Judging judge_vpn_shut(const Evidence& evidence);
Judging judge_ipv6_shut(const Evidence& evidence);
Judging judge_containers(const Evidence& evidence);
Judging judge_clients_apart(const Evidence& evidence);
Judging judge_submission_out(const Evidence& evidence);
Judging judge_proxies_shut(const Evidence& evidence);

// spam.cpp: measure 3
Judging judge_true_client(const Evidence& evidence);
Judging judge_filter_fail_mode(const Evidence& evidence);
Judging judge_login_discount(const Evidence& evidence);
Judging judge_every_path_scanned(const Evidence& evidence);
Judging judge_unknown_recipients(const Evidence& evidence);
Judging judge_backscatter(const Evidence& evidence);
Judging judge_call_outs(const Evidence& evidence);

// inbound.cpp: measure 4
Judging judge_mx_at_filter(const Evidence& evidence);
Judging judge_stale_mx(const Evidence& evidence);
Judging judge_origin_discoverable(const Evidence& evidence);
Judging judge_inbound_outside_filter(const Evidence& evidence);
Judging judge_filter_ranges(const Evidence& evidence);
Judging judge_filter_exempt(const Evidence& evidence);
Judging judge_exchange_connectors(const Evidence& evidence);
Judging judge_origin_outside(const Evidence& evidence);
Judging judge_origin_other_doors(const Evidence& evidence);
Judging judge_origin_takes_mail(const Evidence& evidence);
Judging judge_secret_stripped(const Evidence& evidence);

// reverse.cpp, helo.cpp, spf.cpp, dkim.cpp, dmarc.cpp, transport.cpp: measure 5
Judging judge_ptr(const Evidence& evidence);
Judging judge_ptr_confirmed(const Evidence& evidence);
Judging judge_ptr_single(const Evidence& evidence);
Judging judge_ptr_generic(const Evidence& evidence);
Judging judge_helo_resolves(const Evidence& evidence);
Judging judge_helo_valid(const Evidence& evidence);
Judging judge_helo_is_ptr(const Evidence& evidence);
Judging judge_banner(const Evidence& evidence);
Judging judge_postmaster(const Evidence& evidence);
Judging judge_envelope_domain(const Evidence& evidence);
Judging judge_internal_names(const Evidence& evidence);
Judging judge_header_fields(const Evidence& evidence);
Judging judge_mx(const Evidence& evidence);
Judging judge_spf_valid(const Evidence& evidence);
Judging judge_spf_passes(const Evidence& evidence);
Judging judge_spf_helo(const Evidence& evidence);
Judging judge_spf_strict(const Evidence& evidence);
Judging judge_dkim_verifies(const Evidence& evidence);
Judging judge_dkim_key(const Evidence& evidence);
Judging judge_dkim_fields(const Evidence& evidence);
Judging judge_dkim_testing(const Evidence& evidence);
Judging judge_dmarc(const Evidence& evidence);
Judging judge_dmarc_aligned(const Evidence& evidence);
Judging judge_dmarc_reports(const Evidence& evidence);
Judging judge_dmarc_policy(const Evidence& evidence);
Judging judge_starttls(const Evidence& evidence);
Judging judge_tls_out(const Evidence& evidence);
Judging judge_mta_sts(const Evidence& evidence);
Judging judge_tls_reports(const Evidence& evidence);
Judging judge_dane(const Evidence& evidence);
Judging judge_v6_sender(const Evidence& evidence);

// relay.cpp: measure 6
Judging judge_relayed(const Evidence& evidence);
Judging judge_gateway_client(const Evidence& evidence);
Judging judge_trusted_networks(const Evidence& evidence);
Judging judge_auth_needs_tls(const Evidence& evidence);
Judging judge_auth_on_25(const Evidence& evidence);
Judging judge_login_matches_sender(const Evidence& evidence);
Judging judge_vrfy(const Evidence& evidence);
Judging judge_smuggling(const Evidence& evidence);
Judging judge_proxy_identity(const Evidence& evidence);

// relay_active.cpp: the relay battery
Judging judge_relay_plain(const Evidence& evidence);
Judging judge_relay_senders(const Evidence& evidence);
Judging judge_relay_routes(const Evidence& evidence);
Judging judge_relay_home(const Evidence& evidence);
Judging judge_relay_letters(const Evidence& evidence);
Judging judge_relay_doors(const Evidence& evidence);
Judging judge_relay_inside(const Evidence& evidence);
Judging judge_relay_guests(const Evidence& evidence);

// protocol_active.cpp: manners and framing, tried; those that end in _tried give nothing where nothing was tried
Judging judge_auth_tried(const Evidence& evidence);
Judging judge_auth_25_tried(const Evidence& evidence);
Judging judge_vrfy_tried(const Evidence& evidence);
Judging judge_smuggling_tried(const Evidence& evidence);
Judging judge_smuggling_out(const Evidence& evidence);
Judging judge_starttls_injection(const Evidence& evidence);

// samples_active.cpp: samples, and what comes back
Judging judge_virus_in(const Evidence& evidence);
Judging judge_virus_out(const Evidence& evidence);
Judging judge_virus_wrapped(const Evidence& evidence);
Judging judge_spam_in(const Evidence& evidence);
Judging judge_spam_out(const Evidence& evidence);
Judging judge_paths_tried(const Evidence& evidence);
Judging judge_unknown_tried(const Evidence& evidence);
Judging judge_bounces_tried(const Evidence& evidence);
Judging judge_autoresponders(const Evidence& evidence);
Judging judge_challenges(const Evidence& evidence);
Judging judge_call_outs_tried(const Evidence& evidence);

// contain.cpp: MC
Judging judge_sender_limits(const Evidence& evidence);
Judging judge_bounces(const Evidence& evidence);
Judging judge_script_senders(const Evidence& evidence);
Judging judge_guessing(const Evidence& evidence);

}  // namespace postern::audit
