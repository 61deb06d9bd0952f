#include "wire/domain_list.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/support/bytes.h"

namespace tapstack::wire {
namespace {

using test::hex;

std::string text_of(const std::vector<uint8_t>& list, size_t room = 256) {
  std::string text(room, '?');
  text.resize(domain_list_text(list, text));
  return text;
}

TEST(DomainList, ReadsTheCompressedExampleOfRfc3397) {
  // "eng.apple.com." and "marketing.apple.com." with a pointer to offset 4.
  EXPECT_EQ(text_of(hex("03656e67 056170706c65 03636f6d 00 096d61726b6574696e67 c004")),
            "eng.apple.com marketing.apple.com");
}

TEST(DomainList, APointerThatGoesForwardsOrToItselfEndsTheList) {
  EXPECT_EQ(text_of(hex("0161 00 c002")), "a");
  EXPECT_EQ(text_of(hex("c000")), "");
  EXPECT_EQ(text_of(hex("0161 c002 0162 00")), "");
}

TEST(DomainList, ALabelBeyondTheEndEndsTheList) {
  EXPECT_EQ(text_of(hex("0161 00 0562")), "a");
  EXPECT_EQ(text_of(hex("0161")), "");
}

TEST(DomainList, OctetsThatNoNameHasEndTheList) {
  EXPECT_EQ(text_of(hex("0161 00 0361 0a 62 00")), "a");  // a line feed
  EXPECT_EQ(text_of(hex("03612062 00")), "");             // a space
}

TEST(DomainList, ANameThatDoesNotFitIsLeftOutAsAWhole) {
  EXPECT_EQ(text_of(hex("026162 00 026364 00"), 4), "ab");
  EXPECT_EQ(text_of(hex("026162 00 026364 00"), 5), "ab cd");
}

TEST(DomainList, TheRootIsNoDomainToSearch) { EXPECT_EQ(text_of(hex("00 0161 00")), "a"); }

}  // namespace
}  // namespace tapstack::wire
