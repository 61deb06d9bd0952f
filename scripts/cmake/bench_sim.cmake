# Congestion control measured in virtual time (tests/bench/sim): bench_sim, on a core with capacities
# of its own, and sim_paths, the tests of the same code on the library's core.

if(NOT GTest_FOUND OR TAPSTACK_CONFIG_USER)
  return()  # without GoogleTest no tests; the capacities of a user are not those wanted here
endif()

add_library(bench_capacities INTERFACE)
target_compile_definitions(bench_capacities INTERFACE
  TAPSTACK_USER_CONFIG="${PROJECT_SOURCE_DIR}/tests/bench/sim/capacities.h")
set(before bench_capacities)
foreach(folder ${core_folders} port)
  tapstack_core_library(${folder} bench ${before})
  set(before core_${folder}_bench)
endforeach()

# Of tapif what depends on no device, in this profile.
tapstack_sources(own tests/bench/sim EXCLUDE "_test[.]cpp$" "/main[.]cpp$")
set(sources ${own})
foreach(file segment packet_layout checksum)
  list(APPEND sources ${PROJECT_SOURCE_DIR}/tapif/${file}.cpp)
endforeach()

add_library(bench_sim_support STATIC EXCLUDE_FROM_ALL ${sources})
target_link_libraries(bench_sim_support PUBLIC core_port_bench Threads::Threads)
add_executable(bench_sim EXCLUDE_FROM_ALL tests/bench/sim/main.cpp)
set_target_properties(bench_sim PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${test_dir})
target_link_libraries(bench_sim PRIVATE bench_sim_support assert_abort)

# The tests stay on paths that the library's own capacities fill: one core less to build.
tapstack_sources(tests tests/bench/sim EXCLUDE "/main[.]cpp$")
list(REMOVE_ITEM tests ${own})
if(tests AND TAPSTACK_PROFILE STREQUAL "host")
  add_library(sim_paths_support STATIC EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(sim_paths_support PUBLIC core_port_host Threads::Threads)
  add_executable(sim_paths ${tests})
  target_link_libraries(sim_paths PRIVATE sim_paths_support assert_abort GTest::gtest_main)
  foreach(target sim_paths_support sim_paths)
    target_compile_options(${target} PRIVATE ${simulation_flags})
    tapstack_hosted_pch(${target} <functional> <gtest/gtest.h>)
    tapstack_join(${target})
  endforeach()
  tapstack_test_program(sim_paths)
  tapstack_add_test(sim_paths)
endif()
