// SPDX-License-Identifier: Apache-2.0
#include "net/random.hpp"

#include <sys/random.h>

#include <cstdlib>

namespace postern::net {

std::uint16_t RandomIds::next() {
    if (left_ == 0) {
        // At most 256 octets are always given whole (getrandom(2)).
        if (getrandom(pool_.data(), sizeof pool_, 0) != static_cast<ssize_t>(sizeof pool_)) std::abort();
        left_ = pool_.size();
    }
    return pool_[--left_];
}

}  // namespace postern::net
