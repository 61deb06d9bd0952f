// Small text files of the system's configuration, line by line and word by word.
#pragma once

#include <string>
#include <string_view>

namespace tapstack::shim::names {

inline constexpr std::string_view kBlank = " \t\r\f\v";

// All of a file; empty if it cannot be read.
std::string read_text_file(const char* path);

// The next line of `text`, which loses it and its end.
std::string_view take_line(std::string_view& text);

// The next word of `line`, which loses it; empty at its end.
std::string_view take_word(std::string_view& line);

// Whether they differ in the case of letters at most.
bool is_same_word(std::string_view a, std::string_view b);

}  // namespace tapstack::shim::names
