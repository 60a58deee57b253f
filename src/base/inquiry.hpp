// SPDX-License-Identifier: Apache-2.0
// An evaluation that needs look-ups, written as the specification reads: from top to bottom.
//
//     Inquiry<bool> has_address(DomainName name) {
//         const dns::Answer answer = co_await dns::ask(dns::Question{name, dns::Type::a});
//         co_return !answer.addresses().empty();
//     }
//
// The coroutine owns no socket: at `ask` it stops and its questions wait for whoever steps the `Evaluation` around it (a Machine,
// see dns_machine.hpp): the network, a recorded audit, a test. One inquiry may await another, or several at once
// (`in_parallel`), whose questions then travel together. Parameters are values, or outlive the evaluation.
#pragma once

#include "base/dns_machine.hpp"

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace postern::dns {

template <class T>
class Inquiry;

/// Where an evaluation's coroutines leave questions and find answers.
struct Port {
    Questions questions;
    std::vector<Answer> answers;
    std::coroutine_handle<> waiting;
};

namespace detail {

struct Promise {
    Port* port = nullptr;
    std::coroutine_handle<> caller;
    std::exception_ptr fault;

    struct Final {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class P>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) const noexcept {
            const auto next = self.promise().caller;
            return next ? next : std::noop_coroutine();
        }
        void await_resume() const noexcept {}
    };
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] Final final_suspend() const noexcept { return {}; }
    void unhandled_exception() { fault = std::current_exception(); }
};

struct Asking {
    Questions questions;
    Port* port = nullptr;

    [[nodiscard]] bool await_ready() const { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> self) {
        port = self.promise().port;
        port->questions = std::move(questions);
        port->waiting = self;
    }
    std::vector<Answer> await_resume() { return std::move(port->answers); }
};
struct AskingOne : Asking {
    Answer await_resume() { return std::move(port->answers.front()); }
};

}  // namespace detail

/// The answers, in the order of the questions; at least one question.
[[nodiscard]] inline detail::Asking ask(Questions questions) { return {std::move(questions)}; }
[[nodiscard]] inline detail::AskingOne ask(Question question) { return {{{std::move(question)}}}; }

template <class T>
class [[nodiscard]] Inquiry {
public:
    struct promise_type : detail::Promise {
        std::optional<T> value;
        Inquiry get_return_object() { return Inquiry(Handle::from_promise(*this)); }
        void return_value(T result) { value.emplace(std::move(result)); }
    };
    using Handle = std::coroutine_handle<promise_type>;

    Inquiry(Inquiry&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Inquiry& operator=(Inquiry&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Inquiry() {
        if (handle_) handle_.destroy();
    }

    // Awaited by another inquiry: runs with the caller's port.
    [[nodiscard]] bool await_ready() const { return false; }
    template <class P>
    Handle await_suspend(std::coroutine_handle<P> caller) {
        handle_.promise().port = caller.promise().port;
        handle_.promise().caller = caller;
        return handle_;
    }
    T await_resume() { return take(); }

private:
    template <class>
    friend class Evaluation;

    explicit Inquiry(Handle handle) : handle_(handle) {}
    T take() {
        if (handle_.promise().fault) std::rethrow_exception(handle_.promise().fault);
        return *std::move(handle_.promise().value);
    }

    Handle handle_;
};

/// An inquiry as a Machine.
template <class T>
class Evaluation {
public:
    using Result = T;

    explicit Evaluation(Inquiry<T> inquiry) : port_(std::make_unique<Port>()), inquiry_(std::move(inquiry)) {
        inquiry_.handle_.promise().port = port_.get();
        port_->waiting = inquiry_.handle_;
    }

    [[nodiscard]] Step<T> step(std::span<const Answer> answers) {
        port_->answers.assign(answers.begin(), answers.end());
        port_->waiting.resume();
        if (inquiry_.handle_.done()) return inquiry_.take();
        return std::move(port_->questions);
    }

private:
    std::unique_ptr<Port> port_;  // the coroutine points to it
    Inquiry<T> inquiry_;
};

/// All at once: in each round the questions of all that still run are asked together. Results in the order of the inquiries.
template <class T>
Inquiry<std::vector<T>> in_parallel(std::vector<Inquiry<T>> inquiries) {
    struct Running {
        Evaluation<T> evaluation;
        std::optional<T> result;
        std::size_t asked = 0;
    };
    std::vector<Running> all;
    for (Inquiry<T>& inquiry : inquiries) all.push_back({Evaluation<T>(std::move(inquiry)), std::nullopt, 0});
    std::vector<Answer> answers;
    for (;;) {
        Questions questions;
        std::size_t at = 0;
        for (Running& one : all) {
            if (one.result) continue;
            auto step = one.evaluation.step(std::span(answers).subspan(at, one.asked));
            at += one.asked;
            if (auto* result = std::get_if<T>(&step)) {
                one.result.emplace(std::move(*result));
                continue;
            }
            auto& asked = std::get<Questions>(step);
            one.asked = asked.size();
            questions.insert(questions.end(), std::make_move_iterator(asked.begin()),
                             std::make_move_iterator(asked.end()));
        }
        if (questions.empty()) break;
        answers = co_await ask(std::move(questions));
    }
    std::vector<T> results;
    for (Running& one : all) results.push_back(*std::move(one.result));
    co_return results;
}

/// Steps a machine with what `answer` says to each question, until its result.
template <Machine M, class Answerer>
[[nodiscard]] typename M::Result settle(M machine, Answerer&& answer) {
    std::vector<Answer> answers;
    for (;;) {
        auto step = machine.step(answers);
        if (auto* result = std::get_if<typename M::Result>(&step)) return std::move(*result);
        answers.clear();
        for (const Question& question : std::get<Questions>(step)) answers.push_back(answer(question));
    }
}

}  // namespace postern::dns
