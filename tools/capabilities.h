// Capabilities (capabilities(7)) over an exec.
#pragma once

namespace tapstack::tools {

// Makes every capability that this process has ambient, so that a program that it becomes has it
// whatever its user id. False when the kernel refuses.
bool keep_capabilities_over_exec();

}  // namespace tapstack::tools
