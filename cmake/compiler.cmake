# SPDX-License-Identifier: Apache-2.0
# How every file of ours is compiled: strict warnings, and the hardening that a program reading strangers' octets owes its users.
add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Werror -fdiagnostics-color=auto)
# Members left out of a designated initialiser take their default: that is what the defaults are for.
add_compile_options(-Wno-missing-designated-field-initializers)
add_compile_options(-ftrivial-auto-var-init=zero -fstack-protector-strong)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-fPIE -fstack-clash-protection -fcf-protection)
  add_compile_definitions(_FORTIFY_SOURCE=2)
  add_link_options(-pie -Wl,-z,relro,-z,now -Wl,--as-needed)
endif()
