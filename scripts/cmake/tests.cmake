# Tests. None is part of `all`; the target `tests` builds every one of them.

enable_testing()
add_custom_target(tests)
find_package(GTest QUIET)
find_package(benchmark QUIET)
set(test_dir ${CMAKE_BINARY_DIR}/tests)
set(test_defs TAPSTACK_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TAPSTACK_BINARY_DIR="${CMAKE_BINARY_DIR}")

function(tapstack_test_program name)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${test_dir} EXCLUDE_FROM_ALL ON)
  target_compile_definitions(${name} PRIVATE ${test_defs})
  add_dependencies(tests ${name})
endfunction()

function(tapstack_add_test name)
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1 WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()

# Compiling gtest.h costs more than most test files: one precompiled header for each profile.
set(test_flags $<IF:$<BOOL:${TAPSTACK_SANITIZE}>,-O1,-O0> -g1)
if(TAPSTACK_SANITIZE STREQUAL "asan")
  # In what the tests' own macros expand to these checks take half the time of compiling; the code
  # under test keeps them.
  list(APPEND test_flags -fno-sanitize=null,alignment,object-size,return,vptr)
endif()
# What runs whole stacks for minutes of virtual time: half as long to build as with -O2 -g.
set(simulation_flags -O1 -g1)
# Nearly all of these is CLI11.
set_source_files_properties(
  ${PROJECT_SOURCE_DIR}/tests/interop/harness/options.cpp tests/sequences/main.cpp
  PROPERTIES COMPILE_OPTIONS -O0 SKIP_PRECOMPILE_HEADERS ON)
function(tapstack_test_pch profile)
  set(file ${CMAKE_BINARY_DIR}/gen/test_pch.cpp)
  file(CONFIGURE OUTPUT ${file} CONTENT "int main() {}  // Holds the precompiled header of the tests.\n")
  add_executable(test_pch_${profile} EXCLUDE_FROM_ALL ${file})
  set_target_properties(test_pch_${profile} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/gen)
  target_link_libraries(test_pch_${profile} PRIVATE GTest::gtest)
  target_compile_options(test_pch_${profile} PRIVATE ${test_flags})
  string(TOUPPER ${profile} macro)
  target_compile_definitions(test_pch_${profile} PRIVATE ${test_defs} TAPSTACK_PROFILE_${macro}=1)
  target_precompile_headers(test_pch_${profile} PRIVATE <gtest/gtest.h>)

  # What tests share; also the place of an assertion hook that tests can watch.
  tapstack_sources(sources tests/unit/support tests/support)
  tapstack_library(test_support_${profile} "${sources}")
  target_link_libraries(test_support_${profile} ${kind} core_util_${profile} GTest::gtest)
  if(sources)
    set_target_properties(test_support_${profile} PROPERTIES EXCLUDE_FROM_ALL ON)
    # The hook is wanted by archives behind this one.
    target_link_options(test_support_${profile} INTERFACE LINKER:-u,tapstack_assert_failed)
  endif()
endfunction()

# tapstack_unit(<name> <profile> <libraries> <sources>)
function(tapstack_unit name profile libraries sources)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_compile_options(${name} PRIVATE ${test_flags})
  target_precompile_headers(${name} REUSE_FROM test_pch_${profile})
  tapstack_join(${name})
  target_link_libraries(${name} PRIVATE
    test_support_${profile} ${libraries} assert_abort GTest::gtest_main)
  tapstack_test_program(${name})
  tapstack_add_test(${name})
  add_dependencies(unit_tests ${name})
endfunction()

add_custom_target(unit_tests)
add_dependencies(tests unit_tests)

if(GTest_FOUND)
  tapstack_test_pch(sim)
  if(NOT TAPSTACK_PROFILE STREQUAL "sim")
    tapstack_test_pch(${TAPSTACK_PROFILE})
  endif()

  foreach(folder ${core_folders} port)
    tapstack_sources(sources tests/unit/${folder})
    tapstack_unit(unit_${folder} sim core_${folder}_sim "${sources}")
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/*_test.cpp
                                      ${PROJECT_SOURCE_DIR}/tests/unit/config/*.cpp)
  tapstack_unit(unit_config sim core_util_sim "${sources}")
  tapstack_sources(sources tests/unit/tapif)
  tapstack_unit(unit_tapif ${TAPSTACK_PROFILE} tapif "${sources}")
  # What shim/proc asks of hooks its tests answer (tests/unit/shim/proc/asked_engine.cpp).
  tapstack_sources(sources tests/unit/shim)
  tapstack_unit(unit_shim ${TAPSTACK_PROFILE} "shim_parts;keeper_parts;shim_engine;tapstack_product" "${sources}")

  # The library for packetdrill: loaded whole, as packetdrill does.
  tapstack_sources(sources tests/unit/tools)
  tapstack_unit(unit_tools ${TAPSTACK_PROFILE} "packetdrill_parts;${CMAKE_DL_LIBS}" "${sources}")
  if(TARGET unit_tools)
    add_dependencies(unit_tools tapstack_packetdrill)
  endif()

  # Whole stacks in virtual time. What tests/sim holds beside *_test.cpp serves conformance, fuzzing
  # and benchmarks too; the whole archive goes into `sim`, so no test in it can get lost.
  tapstack_sources(sources tests/sim EXCLUDE "_test[.]cpp$" "/main[.]cpp$")
  tapstack_library(sim_support "${sources}")
  target_link_libraries(sim_support ${kind} tapstack_core_sim GTest::gtest)
  set(sim_support_whole sim_support)
  if(sources)
    set_target_properties(sim_support PROPERTIES EXCLUDE_FROM_ALL ON)
    target_compile_options(sim_support PRIVATE ${simulation_flags})
    tapstack_hosted_pch(sim_support <functional> <gtest/gtest.h>)
    tapstack_join(sim_support)
    set(sim_support_whole "$<LINK_LIBRARY:WHOLE_ARCHIVE,sim_support>")
  endif()
  set(have_sim_support "${sources}")

  foreach(kind_of_test sim conformance)
    tapstack_sources(sources tests/${kind_of_test})
    if(kind_of_test STREQUAL "sim")
      set(own ${sources})
      if(have_sim_support)
        list(REMOVE_ITEM own ${have_sim_support})
      endif()
      set(library ${sim_support_whole})
    else()
      set(own ${sources})
      set(library sim_support)
    endif()
    if(sources)
      if(NOT own)  # everything is in the archive
        set(own ${CMAKE_BINARY_DIR}/gen/empty.cpp)
        file(CONFIGURE OUTPUT ${own} CONTENT "// Links the archive.\n")
      endif()
      add_executable(${kind_of_test} ${own})
      target_link_libraries(${kind_of_test} PRIVATE
        test_support_sim ${library} tapstack_core_sim assert_abort GTest::gtest_main)
      target_compile_options(${kind_of_test} PRIVATE ${simulation_flags})
      tapstack_hosted_pch(${kind_of_test} <functional> <gtest/gtest.h>)
      tapstack_join(${kind_of_test})
      tapstack_test_program(${kind_of_test})
      tapstack_add_test(${kind_of_test})
    endif()
  endforeach()

  # Recorded frame sequences: the tool that runs files of them, and the test of both.
  tapstack_sources(sources tests/sequences EXCLUDE "_test[.]cpp$" "/main[.]cpp$")
  find_package(nlohmann_json QUIET)
  find_package(CLI11 QUIET)
  if(sources AND nlohmann_json_FOUND AND CLI11_FOUND)
    add_library(sequences_support STATIC EXCLUDE_FROM_ALL ${sources})
    target_link_libraries(sequences_support PUBLIC sim_support tapstack_core_sim
                                                   nlohmann_json::nlohmann_json)
    add_executable(frame_sequences tests/sequences/main.cpp)
    target_link_libraries(frame_sequences PRIVATE
      sequences_support test_support_sim assert_abort CLI11::CLI11)
    foreach(target sequences_support frame_sequences)
      target_compile_options(${target} PRIVATE ${simulation_flags})
    endforeach()
    tapstack_test_program(frame_sequences)
    tapstack_sources(sources tests/sequences)
    list(FILTER sources INCLUDE REGEX "_test[.]cpp$")
    tapstack_unit(sequences sim sequences_support "${sources}")
  else()
    message(STATUS "nlohmann-json or CLI11 is not installed (scripts/setup test): no frame_sequences")
  endif()
else()
  message(STATUS "GoogleTest is not installed (scripts/setup test): no unit, sim, conformance tests")
endif()

include(scripts/cmake/programs.cmake)
include(scripts/cmake/bench_sim.cmake)
