# SPDX-License-Identifier: Apache-2.0
# postern_embed(TARGET SYMBOL FILE): the text of FILE as `std::string_view postern::app::SYMBOL()`.
# Not #embed: Debian's ccache does not know that directive and would serve stale objects.
function(postern_embed target symbol file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  set(generated ${PROJECT_BINARY_DIR}/generated/${symbol}.cpp)
  # One raw literal may hold 64 KiB by the standard; clang takes any length.
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"#include <string_view>\n#pragma clang diagnostic ignored \"-Woverlength-strings\"\nnamespace postern::app {\nstd::string_view @symbol@();\nstd::string_view @symbol@() { return R\"~~~(@text@)~~~\"; }\n}\n")
  target_sources(${target} PRIVATE ${generated})
endfunction()
