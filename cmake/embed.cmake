# cmake -DIN=file -DOUT=file.cc -DHEADER=path/of/header.h -DNAME=function -P embed.cmake
# Writes a function that gives the bytes of IN.
file(READ "${IN}" hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
string(REGEX REPLACE "(('[^,]*,){32})" "\\1\n" bytes "${bytes}")
file(WRITE "${OUT}" "#include \"${HEADER}\"\n\nnamespace wonjang {\nnamespace {\nconstexpr char kBytes[] = {\n${bytes}'\\0'};\n}\n"
  "std::string_view ${NAME}() { return {kBytes, sizeof kBytes - 1}; }\n}\n")
