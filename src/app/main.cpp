// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

int main() { std::puts("postern 0.1.0"); }
