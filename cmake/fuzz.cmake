# wj_fuzz(NAME SOURCES a_fuzz.cc DEPS ...)   one LLVMFuzzerTestOneInput, in two lives:
#   under WJ_FUZZ (clang)   NAME_fuzz, with libFuzzer and its coverage: ./run fuzz
#   else                    NAME_fuzz_smoke and the ctest fuzz_smoke_NAME: the seeds of testdata/fuzz/NAME and 20,000 inputs
#                           mutated from them, always the same ones (src/testing/fuzz_driver.cc)
function(wj_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(WJ_FUZZ)
    wj_executable(${name}_fuzz SOURCES ${ARG_SOURCES} DEPS ${ARG_DEPS})
    target_compile_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  if(NOT TARGET wj_fuzz_driver)
    add_library(wj_fuzz_driver OBJECT ${PROJECT_SOURCE_DIR}/src/testing/fuzz_driver.cc)
    target_include_directories(wj_fuzz_driver PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(wj_fuzz_driver PRIVATE wj_options)
  endif()
  wj_executable(${name}_fuzz_smoke SOURCES ${ARG_SOURCES} $<TARGET_OBJECTS:wj_fuzz_driver> DEPS ${ARG_DEPS})
  add_test(NAME fuzz_smoke_${name}
    COMMAND ${name}_fuzz_smoke --runs 20000 ${PROJECT_SOURCE_DIR}/testdata/fuzz/${name})
  set_tests_properties(fuzz_smoke_${name} PROPERTIES TIMEOUT 120)
endfunction()
