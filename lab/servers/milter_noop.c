/* SPDX-License-Identifier: Apache-2.0
 * A libmilter filter that takes every event, the body too, and changes nothing: what any milter costs at least.
 * milter_noop local:/path/of/socket */
#include <libmilter/mfapi.h>
#include <stddef.h>

static sfsistat connected(SMFICTX *c, char *host, _SOCK_ADDR *address) { (void)c, (void)host, (void)address; return SMFIS_CONTINUE; }
static sfsistat greeted(SMFICTX *c, char *name) { (void)c, (void)name; return SMFIS_CONTINUE; }
static sfsistat path(SMFICTX *c, char **arguments) { (void)c, (void)arguments; return SMFIS_CONTINUE; }
static sfsistat header(SMFICTX *c, char *name, char *value) { (void)c, (void)name, (void)value; return SMFIS_CONTINUE; }
static sfsistat body(SMFICTX *c, unsigned char *octets, size_t size) { (void)c, (void)octets, (void)size; return SMFIS_CONTINUE; }
static sfsistat plain(SMFICTX *c) { (void)c; return SMFIS_CONTINUE; }

int main(int argc, char **argv) {
    struct smfiDesc filter = {.xxfi_name = "noop", .xxfi_version = SMFI_VERSION, .xxfi_connect = connected, .xxfi_helo = greeted,
                              .xxfi_envfrom = path, .xxfi_envrcpt = path, .xxfi_header = header, .xxfi_eoh = plain, .xxfi_body = body,
                              .xxfi_eom = plain, .xxfi_abort = plain, .xxfi_close = plain};
    if (argc != 2 || smfi_setconn(argv[1]) != MI_SUCCESS || smfi_register(filter) != MI_SUCCESS) return 2;
    return smfi_main();
}
