// Marks a function that stands in for one of the C library: with its name, and visible.
// shim/exports.map lists them all.
#pragma once

#define TAPSTACK_HOOK extern "C" __attribute__((visibility("default")))
