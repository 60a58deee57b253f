// SPDX-License-Identifier: Apache-2.0
#include "app/serve/held_signals.hpp"

#include <csignal>
#include <initializer_list>

namespace postern::app {
namespace {

void change(int how) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int one : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&signals, one);
    pthread_sigmask(how, &signals, nullptr);
}

}  // namespace

void hold_signals() { change(SIG_BLOCK); }
void release_signals() { change(SIG_UNBLOCK); }

}  // namespace postern::app
