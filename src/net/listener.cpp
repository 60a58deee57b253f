// SPDX-License-Identifier: Apache-2.0
#include "net/listener.hpp"

#include "base/network.hpp"

#include <boost/asio/ip/v6_only.hpp>

#include <fmt/format.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace postern::net {
namespace {

using Generic = asio::generic::stream_protocol;

constexpr auto pause_when_full = std::chrono::milliseconds(50);

/// Out of descriptors or memory: it passes.
bool passes(const boost::system::error_code& fault) {
    return fault.value() == EMFILE || fault.value() == ENFILE || fault.value() == ENOBUFS || fault.value() == ENOMEM;
}

/// A socket's file that nobody answers on is left over from a process that was killed.
void remove_stale(Executor executor, const SocketAddress& address) {
    struct stat found{};
    if (lstat(address.path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
    Generic::socket::rebind_executor<Executor>::other probe(executor);
    boost::system::error_code fault;
    probe.connect(to_asio(address), fault);
    if (fault == asio::error::connection_refused) unlink(address.path.c_str());
}

Error cannot_listen(const SocketAddress& address, const boost::system::error_code& fault) {
    std::string mend;
    if (fault == asio::error::access_denied && !address.is_unix() && address.endpoint.port < 1'024)
        mend = "; a port below 1024 needs root or CAP_NET_BIND_SERVICE";
    if (fault == asio::error::address_in_use) mend = "; another program listens there";
    return {"net.listen", fmt::format("cannot listen on {}: {}{}", address.to_string(), fault.message(), mend)};
}

}  // namespace

Result<Listener> Listener::open(Executor executor, const SocketAddress& address, Options options) {
    if (address.is_unix()) remove_stale(executor, address);
    const Generic::endpoint endpoint = to_asio(address);
    Acceptor acceptor(executor);
    boost::system::error_code fault;
    acceptor.open(endpoint.protocol(), fault);
    const int on = 1;
    const auto set = [&](int level, int name) {
        if (!fault && setsockopt(acceptor.native_handle(), level, name, &on, sizeof on) != 0)
            fault.assign(errno, boost::system::system_category());
    };
    if (!address.is_unix()) {
        set(SOL_SOCKET, SO_REUSEADDR);
        if (options.shared_port) set(SOL_SOCKET, SO_REUSEPORT);
        if (address.endpoint.address.is_v6()) set(IPPROTO_IPV6, IPV6_V6ONLY);
        if (options.transparent && address.endpoint.address.is_v4()) set(SOL_IP, IP_TRANSPARENT);
        if (options.transparent && address.endpoint.address.is_v6()) set(SOL_IPV6, IPV6_TRANSPARENT);
    }
    if (!fault) acceptor.bind(endpoint, fault);
    if (!fault && address.is_unix() && chmod(address.path.c_str(), static_cast<mode_t>(options.unix_mode)) != 0)
        fault.assign(errno, boost::system::system_category());
    if (!fault) acceptor.listen(asio::socket_base::max_listen_connections, fault);
    if (fault) return std::unexpected(cannot_listen(address, fault));
    SocketAddress bound = address;
    if (!address.is_unix())
        if (const auto chosen = to_endpoint(acceptor.local_endpoint(fault)); chosen) bound.endpoint = *chosen;
    return Listener(std::move(acceptor), std::move(bound));
}

std::optional<std::string> Listener::admit(const Stream& stream, const Admission& admission) const {
    if (counts_->all >= admission.most) return std::nullopt;
    const auto peer = stream.peer();
    if (!peer || (admission.exempt && admission.exempt(peer->address))) return std::string();
    const IpAddress& ip = peer->address;
    std::string place = ip.is_v4() ? ip.to_string() : Network::around(ip, 64).to_string();
    const auto found = counts_->by_place.find(place);
    const std::size_t most = ip.is_v4() ? admission.most_per_address : admission.most_per_network;
    if (found != counts_->by_place.end() && found->second >= most) return std::nullopt;
    return place;
}

Task<> Listener::session(Task<> served, std::shared_ptr<Counts> counts, std::string place) {
    struct Leave {
        Counts& counts;
        const std::string& place;
        ~Leave() {
            --counts.all;
            if (place.empty()) return;
            const auto found = counts.by_place.find(place);
            if (--found->second == 0) counts.by_place.erase(found);
        }
    } const leave{*counts, place};
    co_await std::move(served);
}

Task<> Listener::accept(TaskGroup& sessions, Admission admission, Serve serve) {
    const Executor executor = acceptor_.get_executor();
    while (acceptor_.is_open()) {
        auto [fault, socket] = co_await acceptor_.async_accept(as_values);
        if (fault && passes(fault)) {
            Timer pause(executor, pause_when_full);
            const auto [stopped] = co_await pause.async_wait(as_values);
            if (stopped) co_return;
            continue;
        }
        if (fault == asio::error::operation_aborted || fault == asio::error::bad_descriptor) co_return;
        if (fault) continue;  // that client is gone again (ECONNABORTED and its kin); others wait
        Stream stream(std::move(socket));
        auto place = admit(stream, admission);
        if (!place) {
            ++refused_;
            // Not awaited: a fresh socket takes so short a line at once, and if it does not, nobody waits for it.
            (void)send(stream.descriptor(), admission.refusal.data(), admission.refusal.size(),
                       MSG_DONTWAIT | MSG_NOSIGNAL);
            stream.close();
            continue;
        }
        ++counts_->all;
        if (!place->empty()) ++counts_->by_place[*place];
        sessions.spawn("session", session(serve(std::move(stream)), counts_, *std::move(place)));
    }
}

void Listener::close() {
    boost::system::error_code ignored;  // whatever closing says, it is closed
    if (acceptor_.is_open() && address_.is_unix()) unlink(address_.path.c_str());
    acceptor_.close(ignored);
}

}  // namespace postern::net
