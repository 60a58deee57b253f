# SPDX-License-Identifier: Apache-2.0
# Debian 12 packages only; each has one owner room and its reason in docs/dependencies.md.
find_package(Threads REQUIRED)

# fmt's headers only, instantiated once in base/fmt.cpp: Debian 12 and 13 ship different sonames, and one .deb serves both.

add_library(boost_headers INTERFACE)
target_compile_definitions(boost_headers INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE BOOST_ASIO_SEPARATE_COMPILATION)
target_link_libraries(boost_headers INTERFACE Threads::Threads)

# By library, not by pkg-config: libunbound's file wants the development files of all that libunbound itself was built with.
foreach(package sqlite3 unbound ssl crypto psl archive expat)
  find_library(POSTERN_${package} ${package} REQUIRED)
  add_library(${package} INTERFACE)
  target_link_libraries(${package} INTERFACE ${POSTERN_${package}})
endforeach()

# Header-only use: no shared library of theirs at run time.
add_library(tomlplusplus INTERFACE)
target_compile_definitions(tomlplusplus INTERFACE TOML_HEADER_ONLY=1 TOML_EXCEPTIONS=0)
