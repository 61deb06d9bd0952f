#include "socket/address_preferences.h"

namespace tapstack::socket {
namespace {

constexpr int64_t kTemporary = 1, kPublic = 2, kEither = 0x100;
constexpr int64_t kCareOf = 4, kHome = 0x400;
constexpr int64_t kCga = 8, kNoCga = 0x800;  // RFC 3972: there are none

bool has_both(int64_t flags, int64_t a, int64_t b) { return (flags & a) != 0 && (flags & b) != 0; }

}  // namespace

Status set_preferences(transport::AddressPreferences& preferences, int64_t flags) {
  const int64_t sort = flags & (kTemporary | kPublic | kEither);
  const bool is_one = (sort & (sort - 1)) == 0;
  if (!is_one || has_both(flags, kCareOf, kHome) || has_both(flags, kCga, kNoCga)) {
    return Error::kInvalid;
  }
  if (sort == kTemporary) preferences.sort = net::SourcePreference::kTemporary;
  if (sort == kPublic) preferences.sort = net::SourcePreference::kPublic;
  if (sort == kEither) preferences.sort = net::SourcePreference::kNone;
  if ((flags & (kCareOf | kHome)) != 0) preferences.care_of = (flags & kCareOf) != 0;
  return Status();
}

int64_t flags_of(const transport::AddressPreferences& preferences) {
  const int64_t sort = preferences.sort == net::SourcePreference::kTemporary ? kTemporary
                       : preferences.sort == net::SourcePreference::kPublic  ? kPublic
                                                                             : kEither;
  return sort | (preferences.care_of ? kCareOf : kHome);
}

}  // namespace tapstack::socket
