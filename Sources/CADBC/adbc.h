// The binary interface of drivers of Arrow Database Connectivity, revision 1.1.0, and of the Arrow data that they give:
// the members that this package uses, in their places. Written from the published layout.
#ifndef CADBC_ADBC_H
#define CADBC_ADBC_H

#include <stdint.h>

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

struct AdbcError {
  char *message;
  int32_t vendor_code;
  char sqlstate[5];
  void (*release)(struct AdbcError *);
};

// A database, a connection or a statement.
struct AdbcObject {
  void *private_data;
  void *private_driver;
};

typedef uint8_t AdbcStatus;
typedef AdbcStatus (*AdbcAction)(struct AdbcObject *, struct AdbcError *);
typedef AdbcStatus (*AdbcPairAction)(struct AdbcObject *, struct AdbcObject *, struct AdbcError *);
typedef AdbcStatus (*AdbcSetOption)(struct AdbcObject *, const char *, const char *, struct AdbcError *);
typedef AdbcStatus (*AdbcSetText)(struct AdbcObject *, const char *, struct AdbcError *);
typedef AdbcStatus (*AdbcExecute)(struct AdbcObject *, struct ArrowArrayStream *, int64_t *, struct AdbcError *);
typedef void (*AdbcUnused)(void);

struct AdbcDriver {
  void *private_data;
  void *private_manager;
  AdbcStatus (*release)(struct AdbcDriver *, struct AdbcError *);
  AdbcAction database_init, database_new;
  AdbcSetOption database_set_option;
  AdbcAction database_release;
  AdbcUnused connection_commit, connection_get_info, connection_get_objects, connection_get_table_schema,
      connection_get_table_types;
  AdbcPairAction connection_init;
  AdbcAction connection_new;
  AdbcSetOption connection_set_option;
  AdbcUnused connection_read_partition;
  AdbcAction connection_release;
  AdbcUnused connection_rollback;
  AdbcUnused statement_bind, statement_bind_stream;
  AdbcExecute statement_execute_query;
  AdbcUnused statement_execute_partitions, statement_get_parameter_schema;
  AdbcPairAction statement_new;
  AdbcUnused statement_prepare;
  AdbcAction statement_release;
  AdbcSetOption statement_set_option;
  AdbcSetText statement_set_sql_query;
  AdbcUnused statement_set_substrait_plan;
  // Revision 1.1.0: null in drivers of the revision before.
  AdbcUnused error_get_detail_count, error_get_detail, error_from_array_stream;
  AdbcUnused database_get_option[4], database_set_option_of_type[3];
  AdbcAction connection_cancel;
  AdbcUnused connection_get_option[4], connection_get_statistics, connection_get_statistic_names,
      connection_set_option_of_type[3];
  AdbcAction statement_cancel;
  // What else revision 1.1.0 has, and room for later ones, which a driver leaves alone when it is asked for an earlier one.
  AdbcUnused later[64];
};

typedef AdbcStatus (*AdbcDriverInit)(int, void *, struct AdbcError *);

#endif
