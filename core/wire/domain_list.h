// Lists of domain names as options carry them: a sequence of names in DNS format (RFC 1035 4.1.2),
// compressed (RFC 3397) or not (RFC 3646 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tapstack::wire {

// Writes the names as text with one space between them ("eng.example.com marketing.example.com"),
// those that fit as a whole; returns the length of the text. Stops at the first malformed name (a
// pointer that does not point backwards, a label beyond the end, a name of more than 253
// characters). Octets of a label that no host name has (RFC 1123 2.1, and the underscore) end the
// list too: the text goes into files that others read.
size_t domain_list_text(std::span<const uint8_t> list, std::span<char> text);

}  // namespace tapstack::wire
