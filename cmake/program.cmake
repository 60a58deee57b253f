# SPDX-License-Identifier: Apache-2.0
# The one binary, and what a package installs beside it.
include(GNUInstallDirs)
add_executable(postern ${PROJECT_SOURCE_DIR}/src/app/main.cpp)
target_link_libraries(postern PRIVATE postern_app)
install(TARGETS postern RUNTIME)
