// SPDX-License-Identifier: Apache-2.0
// One line on a terminal that says what goes on; nothing elsewhere.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <string>

namespace postern::app {

class Progress {
public:
    explicit Progress(bool wanted) : wanted_(wanted && isatty(STDERR_FILENO) != 0) {}
    ~Progress() { say(""); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void say(const std::string& what) const {
        if (wanted_) std::fprintf(stderr, "\r\x1b[K%s", what.c_str());
    }

private:
    bool wanted_;
};

}  // namespace postern::app
