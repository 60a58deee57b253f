// SPDX-License-Identifier: Apache-2.0
#include "audit/active/false_ends.hpp"

#include <array>

namespace postern::audit {
namespace {

using namespace std::string_view_literals;

constexpr std::array table{
    FalseEnd{"LF.LF", "\n.\n"},
    FalseEnd{"LF.CRLF", "\n.\r\n"},
    FalseEnd{"CRLF.LF", "\r\n.\n"},
    FalseEnd{"CR.CR", "\r.\r"},
    FalseEnd{"CR.CRLF", "\r.\r\n"},
    FalseEnd{"CRLF.CR", "\r\n.\r"},
    FalseEnd{"LF.CR", "\n.\r"},
    FalseEnd{"CR.LF", "\r.\n"},
    FalseEnd{"LFCR.LFCR", "\n\r.\n\r"},
    FalseEnd{"CRLF.CRCRLF", "\r\n.\r\r\n"},
    FalseEnd{"CRLF-NUL.CRLF", "\r\n\0.\r\n"sv},
    FalseEnd{"CRLF.NUL-CRLF", "\r\n.\0\r\n"sv},
    FalseEnd{"LF-NUL.LF", "\n\0.\n"sv},
    FalseEnd{"CRLF..CRLF", "\r\n..\r\n"},
    FalseEnd{"CRLF.blank-CRLF", "\r\n. \r\n"},
    FalseEnd{"CRLF-blank.CRLF", "\r\n .\r\n"},
    FalseEnd{"CRLF.tab-CRLF", "\r\n.\t\r\n"},
    FalseEnd{"VT.VT", "\v.\v"},
    FalseEnd{"NEL.NEL", "\xc2\x85.\xc2\x85"},
    FalseEnd{"LS.LS", "\xe2\x80\xa8.\xe2\x80\xa8"},
    FalseEnd{"overlong-dot", "\r\n\xc0\xae\r\n"},
};

}  // namespace

std::span<const FalseEnd> false_ends() { return table; }

}  // namespace postern::audit
