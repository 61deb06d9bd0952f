// Assertions of the core: programmer errors only, never for what a peer can cause.
#pragma once

// Supplied by the port; must not return.
extern "C" [[noreturn]] void tapstack_assert_failed(const char* file, int line, const char* what);

#define TAPSTACK_ASSERT(condition) \
  (static_cast<bool>(condition) ? void(0) : tapstack_assert_failed(__FILE__, __LINE__, #condition))
