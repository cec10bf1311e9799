// SheetReader's way from a workbook to its cells, as one process: prints how many. usage: sheetreader FILE THREADS
#include <cstdio>
#include <string>

#include "XlsxFile.h"
#include "XlsxSheet.h"

int main(int, char** argv) {
  XlsxFile file(argv[1]);
  file.mParallelStrings = true;
  file.parseSharedStrings();
  XlsxSheet sheet = file.getSheet(1);
  sheet.mHeaders = true;
  if (!sheet.interleaved(0, 0, std::stoi(argv[2]))) return 1;
  file.finalize();
  size_t cells = 0;
  for (const auto& thread : sheet.mCells)
    for (const auto& buffer : thread) cells += buffer.size();
  std::printf("%zu\n", cells);
}
