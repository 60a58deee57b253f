// SPDX-License-Identifier: Apache-2.0
// What a run of `lists` found, subject by subject, and the shape of those who print it.
#pragma once

#include "base/instant.hpp"
#include "reputation/list_check.hpp"

#include <memory>
#include <optional>

namespace postern::app {

struct Row {
    const reputation::List* list = nullptr;
    std::vector<std::string> parts;  ///< only these parts were asked for; empty: all
    reputation::Finding finding;
    std::optional<Instant> since;  ///< since when this machine knows of the listing

    /// The zone that people named, or the list's.
    [[nodiscard]] std::string zone() const;
    /// The list or part whose hit weighs most.
    [[nodiscard]] const reputation::Profile& profile() const;
    [[nodiscard]] int weight() const;
    /// Could the list have been asked, so that its silence matters? Lists without key or registration are not enabled.
    [[nodiscard]] bool enabled() const;
    [[nodiscard]] bool is_listing() const;  ///< listed, and of a tier that alarms
    [[nodiscard]] bool is_gap() const;      ///< an enabled tier 1 list that gave no judgement
};

struct SubjectReport {
    reputation::Subject subject;
    std::vector<Row> rows;
};

/// Over all subjects of a run.
struct Summary {
    std::uint64_t subjects = 0, listed = 0, with_gaps = 0;
    std::vector<std::string> notes;  ///< about the whole run
    bool interrupted = false;
};

class Renderer {
public:
    virtual ~Renderer() = default;
    /// Each gives text to be written; what comes from outside is escaped in it.
    [[nodiscard]] virtual std::string begin() { return {}; }
    [[nodiscard]] virtual std::string subject(const SubjectReport& report) = 0;
    [[nodiscard]] virtual std::string end(const Summary&) { return {}; }
};

struct RenderOptions {
    std::string format = "text";  ///< text, json, jsonl, csv or html
    bool colour = false;
    bool many = false;                                 ///< more than one subject: clean ones take one line
    const reputation::Catalogue* catalogue = nullptr;  ///< borrowed
};

[[nodiscard]] std::unique_ptr<Renderer> make_renderer(const RenderOptions& options);
[[nodiscard]] std::unique_ptr<Renderer> make_text_renderer(const RenderOptions& options);
[[nodiscard]] std::unique_ptr<Renderer> make_html_renderer(const RenderOptions& options);

}  // namespace postern::app
