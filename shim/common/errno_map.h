// The one place where the core's errors become numbers of errno.h.
#pragma once

#include "core/api/types.h"

namespace tapstack::shim {

// The number for `error`; 0 for Error::kNone.
int to_errno(Error error);

}  // namespace tapstack::shim
