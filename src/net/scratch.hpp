// SPDX-License-Identifier: Apache-2.0
// The one read buffer of a loop. It belongs to the loop's context, so that two threads never share one and an idle session holds none.
#pragma once

#include "net/loop.hpp"

#include <boost/asio/execution_context.hpp>

#include <array>

namespace postern::net {

class Scratch : public asio::execution_context::service {
public:
    static constexpr std::size_t size = 64 * 1024;
    static inline asio::execution_context::id id;

    explicit Scratch(asio::execution_context& context) : asio::execution_context::service(context) {}
    [[nodiscard]] static std::array<char, size>& of(const Executor& executor) {
        return asio::use_service<Scratch>(executor.context()).octets_;
    }

private:
    void shutdown() override {}

    std::array<char, size> octets_{};
};

}  // namespace postern::net
