// SheetReader's way from a workbook, as one process. usage: sheetreader FILE THREADS [JOB DATABASE]
// Prints how many cells there are; or makes a DuckDB file of them as job.sql says, and prints its answer. The rows go to
// DuckDB as they do in the extension of the same authors: typed vectors are filled straight from the reader's buffers.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "XlsxFile.h"
#include "XlsxSheet.h"

// Of duckdb.h, which does not come with the library, what is used here.
extern "C" {
struct duckdb_result { uint64_t counts[3]; void* columns; char* error; void* data; };
int duckdb_open(const char*, void**);
int duckdb_connect(void*, void**);
int duckdb_query(void*, const char*, duckdb_result*);
const char* duckdb_result_error(duckdb_result*);
int64_t duckdb_value_int64(duckdb_result*, uint64_t column, uint64_t row);
int duckdb_appender_create(void*, const char* schema, const char* table, void**);
int duckdb_append_data_chunk(void* appender, void* chunk);
int duckdb_appender_destroy(void**);
void* duckdb_create_logical_type(int);
void* duckdb_create_data_chunk(void** types, uint64_t count);
void* duckdb_data_chunk_get_vector(void* chunk, uint64_t column);
void* duckdb_vector_get_data(void* vector);
void duckdb_vector_assign_string_element_len(void* vector, uint64_t row, const char*, uint64_t length);
void duckdb_data_chunk_set_size(void* chunk, uint64_t);
void duckdb_data_chunk_reset(void* chunk);
void duckdb_disconnect(void**);
void duckdb_close(void**);
}

static constexpr int BIGINT = 5, TIMESTAMP = 12, VARCHAR = 17;
static constexpr size_t COLUMNS = 6, CHUNK_ROWS = 2048;

[[noreturn]] static void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

static void run(void* connection, const std::string& sql, duckdb_result* result) {
  if (duckdb_query(connection, sql.c_str(), result) != 0) fail(duckdb_result_error(result));
}

/** Rows on their way to DuckDB, a chunk at a time. The first row is the header. */
class Landing {
 public:
  Landing(void* connection, XlsxFile& file) : file(file) {
    if (duckdb_appender_create(connection, nullptr, "sheet", &appender) != 0) fail("no appender");
    std::array<void*, COLUMNS> types;
    for (size_t i = 0; i < COLUMNS; i++) types[i] = duckdb_create_logical_type(TYPES[i]);
    chunk = duckdb_create_data_chunk(types.data(), COLUMNS);
    look();
  }

  void put(size_t row, size_t column, const XlsxCell& cell) {
    if (row == 0 || column >= COLUMNS) return;
    const size_t at = row - 1 - first;
    if (at >= CHUNK_ROWS) {
      flush();
      return put(row, column, cell);
    }
    if (at + 1 > count) count = at + 1;
    if (TYPES[column] == VARCHAR) {
      const std::string& text = file.mSharedStrings[cell.data.integer];
      duckdb_vector_assign_string_element_len(vectors[column], at, text.data(), text.size());
    } else {
      const double factor = TYPES[column] == TIMESTAMP ? 1e6 : 1;
      static_cast<int64_t*>(data[column])[at] = static_cast<int64_t>(cell.data.real * factor);
    }
  }

  void finish() {
    flush();
    duckdb_appender_destroy(&appender);
  }

 private:
  static constexpr std::array<int, COLUMNS> TYPES = {BIGINT, VARCHAR, BIGINT, VARCHAR, TIMESTAMP, BIGINT};
  XlsxFile& file;
  void* appender;
  void* chunk;
  std::array<void*, COLUMNS> vectors, data;
  size_t first = 0, count = 0;

  void look() {
    for (size_t i = 0; i < COLUMNS; i++) {
      vectors[i] = duckdb_data_chunk_get_vector(chunk, i);
      data[i] = duckdb_vector_get_data(vectors[i]);
    }
  }

  void flush() {
    duckdb_data_chunk_set_size(chunk, count);
    if (duckdb_append_data_chunk(appender, chunk) != 0) fail("not appended");
    duckdb_data_chunk_reset(chunk);
    look();
    first += count;
    count = 0;
  }
};

/** As XlsxSheet::nextRow goes through its buffers, which copies each of them for each of its rows. */
static void eachCell(XlsxSheet& sheet, Landing& landing) {
  const size_t threads = sheet.mCells.size();
  std::vector<size_t> places(threads, 0);
  size_t column = 0;
  long long row = -1;
  for (size_t buffer = 0; buffer < sheet.mCells[0].size() || !sheet.mCells[0].empty(); buffer++) {
    for (size_t thread = 0; thread < threads; thread++) {
      if (sheet.mCells[thread].empty()) return;
      const std::vector<XlsxCell>& cells = sheet.mCells[thread].front();
      const std::vector<LocationInfo>& locations = sheet.mLocationInfos[thread];
      size_t& place = places[thread];
      for (size_t i = 0; i <= cells.size(); i++) {
        for (; place < locations.size() && locations[place].buffer == buffer && locations[place].cell == i; place++) {
          column = locations[place].column;
          if (locations[place].row == -1ul) row++;
          else if (static_cast<long long>(locations[place].row) > row) row = locations[place].row;
        }
        if (i < cells.size()) landing.put(row, column++, cells[i]);
      }
      sheet.mCells[thread].pop_front();
    }
  }
}

static void job(XlsxFile& file, XlsxSheet& sheet, const char* script, const char* database) {
  for (const char* end : {"", ".wal"}) std::remove((std::string(database) + end).c_str());
  std::stringstream text;
  text << std::ifstream(script).rdbuf();
  std::string sql = text.str();
  sql.replace(sql.find("{sheet}"), 7, "sheet");
  void *instance, *connection;
  duckdb_result result;
  if (duckdb_open(database, &instance) != 0 || duckdb_connect(instance, &connection) != 0) fail("no database");
  run(connection, "CREATE TEMP TABLE sheet (ID_MARCA BIGINT, MARCA VARCHAR, ID_LINHA BIGINT, LINHA VARCHAR, DATA_VENDA TIMESTAMP, QTD_VENDA BIGINT)", &result);
  Landing landing(connection, file);
  eachCell(sheet, landing);
  landing.finish();
  run(connection, sql, &result);
  for (size_t i = 0; i < COLUMNS; i++)
    std::printf(i == 0 ? "%lld" : " %lld", static_cast<long long>(duckdb_value_int64(&result, i, 0)));
  std::printf("\n");
  duckdb_disconnect(&connection);
  duckdb_close(&instance);
}

int main(int count, char** argv) {
  XlsxFile file(argv[1]);
  file.mParallelStrings = true;
  file.parseSharedStrings();
  XlsxSheet sheet = file.getSheet(1);
  sheet.mHeaders = true;
  if (!sheet.interleaved(0, 0, std::stoi(argv[2]))) return 1;
  file.finalize();
  if (count > 4) {
    job(file, sheet, argv[3], argv[4]);
    return 0;
  }
  size_t cells = 0;
  for (const auto& thread : sheet.mCells)
    for (const auto& buffer : thread) cells += buffer.size();
  std::printf("%zu\n", cells);
}
