// SPDX-License-Identifier: Apache-2.0
#include "app/collect/hand_over.hpp"

#include <gtest/gtest.h>

namespace postern::app {
namespace {

TEST(WebForm, is_read_from_a_url_whose_fields_are_filled_in) {
    const auto form = WebForm::parse("http://www.example.com:8080/contact?a=1&email={from}&text={message}");
    ASSERT_TRUE(form) << form.error().message;
    EXPECT_FALSE(form->tls);
    EXPECT_EQ(form->host, "www.example.com");
    EXPECT_EQ(form->port, 8080);
    EXPECT_EQ(form->path, "/contact");
    EXPECT_EQ(form->filled("a+b@example.com", "s", "x & y\r\n{to}"),
              "a=1&email=a%2Bb%40example.com&text=x%20%26%20y%0D%0A%7Bto%7D");
    EXPECT_EQ(WebForm::parse("https://www.example.com/c?m={message}")->port, 443);
}

TEST(WebForm, is_refused_when_it_cannot_be_filled_in) {
    for (const char* text : {"ftp://www.example.com/c?m={message}", "http://www.example.com/c",
                             "http://www.example.com/c?m=1", "http://www.example.com?m={message}",
                             "http://www.example.com:0/c?m={message}", "http://www.exa mple.com/c?m={message}",
                             "http:///c?m={message}", "http://www.example.com/c?m={message}\r\nx"})
        EXPECT_FALSE(WebForm::parse(text)) << text;
}

}  // namespace
}  // namespace postern::app
