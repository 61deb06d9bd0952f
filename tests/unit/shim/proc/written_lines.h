// What a table of /proc/net says.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sstream>
#include <string>
#include <vector>

#include "shim/proc/text.h"

namespace tapstack::shim::test {

// All lines that a table's function writes.
inline std::vector<std::string> lines_of(int (*write)(proc::Text& text)) {
  const int fd = ::memfd_create("lines", MFD_CLOEXEC);
  proc::Text text(fd);
  EXPECT_EQ(write(text), 0);
  EXPECT_TRUE(text.finish());
  std::string all(static_cast<size_t>(::lseek(fd, 0, SEEK_END)), ' ');
  EXPECT_EQ(::pread(fd, all.data(), all.size(), 0), static_cast<ssize_t>(all.size()));
  ::close(fd);
  std::istringstream stream(all);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Those below the line of headings.
inline std::vector<std::string> rows_of(int (*write)(proc::Text& text)) {
  std::vector<std::string> lines = lines_of(write);
  if (!lines.empty()) lines.erase(lines.begin());
  return lines;
}

}  // namespace tapstack::shim::test
