#include "shim/names/text_file.h"

#include <strings.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace tapstack::shim::names {

std::string read_text_file(const char* path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path, "re"), std::fclose);
  if (!file) return {};
  std::string text;
  char part[4096];
  for (size_t bytes; (bytes = std::fread(part, 1, sizeof part, file.get())) > 0;) {
    text.append(part, bytes);
  }
  return text;
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlank));
  line.remove_prefix(word.size());
  return word;
}

bool is_same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tapstack::shim::names
