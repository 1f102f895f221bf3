/* A disk that fails: loaded before libc, it lets the n-th call of a kind on files below a folder fail.
 *
 * Nothing fails until disk_arm is called, by the process itself after it was forked. A failed fsync can also take with
 * it what was written since the last one that went well, as kernels do that drop the pages they could not write.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { FOR_EVER = 1, SHORT = 2, LOSES = 4 };

static struct {
    char folder[4096];
    char kind[16];
    long at;
    int error;
    int how;
} armed;
static long calls;
static FILE *trace;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* What stood in a file before it was written over, newest first. */
struct old {
    struct old *older;
    dev_t device;
    ino_t inode;
    off_t offset;
    size_t length, known;
    char bytes[];
};
static struct old *olds;

#define REAL(type, name, ...)                              \
    static type (*real)(__VA_ARGS__);                      \
    if (!real)                                             \
    real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t real_pwrite(int file, const void *data, size_t length, off_t offset) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
    return real(file, data, length, offset);
}

static int real_open(const char *path, int flags) {
    REAL(int, "open64", const char *, int, ...);
    return real(path, flags);
}

/* Let the call number `at` of a kind on a file below a folder fail. The trace gets a line for each that fails, and one
 * for every call there when `at` is 0. */
void disk_arm(const char *folder, const char *kind, long at, int error, int how, const char *told) {
    snprintf(armed.folder, sizeof armed.folder, "%s", folder);
    snprintf(armed.kind, sizeof armed.kind, "%s", kind);
    armed.at = at, armed.error = error, armed.how = how;
    calls = 0;
    trace = fopen(told, "we");
}

static int is_below(const char *path) {
    size_t length = strlen(armed.folder);
    return length && !strncmp(path, armed.folder, length) && (path[length] == '/' || !path[length]);
}

static const char *path_of(int file, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, size - 1);
    path[length > 0 ? length : 0] = 0;
    return path;
}

/* Whether this call fails; errno is set then. */
static int fails(const char *kind, const char *path) {
    if (!is_below(path))
        return 0;
    pthread_mutex_lock(&lock);
    int is_hit = 0;
    if (!strcmp(kind, armed.kind)) {
        calls++;
        is_hit = armed.at && (calls == armed.at || (calls > armed.at && armed.how & FOR_EVER));
    }
    if (trace && (is_hit || !armed.at))
        fprintf(trace, "%s %s\n", kind, path), fflush(trace);
    pthread_mutex_unlock(&lock);
    if (is_hit)
        errno = armed.error;
    return is_hit;
}

static int file_fails(const char *kind, int file) {
    char path[4096];
    return armed.folder[0] && fails(kind, path_of(file, path, sizeof path));
}

static void remember(int file, off_t offset, size_t length) {
    char path[4096];
    struct stat there;
    if (!(armed.how & LOSES) || !is_below(path_of(file, path, sizeof path)) || fstat(file, &there))
        return;
    struct old *made = malloc(sizeof *made + length);
    *made = (struct old){olds, there.st_dev, there.st_ino, offset, length, 0};
    memset(made->bytes, 0, length);
    int reading = real_open(path, O_RDONLY | O_CLOEXEC);
    if (reading >= 0) {
        ssize_t known = pread(reading, made->bytes, length, offset);
        made->known = known > 0 ? (size_t)known : 0;
        close(reading);
    }
    pthread_mutex_lock(&lock);
    made->older = olds, olds = made;
    pthread_mutex_unlock(&lock);
}

/* Forget what stood in a file that is durable now, or put it back. */
static void settle(int file, int is_lost) {
    char path[4096];
    struct stat there;
    if (!(armed.how & LOSES) || !is_below(path_of(file, path, sizeof path)) || fstat(file, &there))
        return;
    int writing = is_lost ? real_open(path, O_WRONLY | O_CLOEXEC) : -1;
    pthread_mutex_lock(&lock);
    for (struct old **place = &olds; *place;) {
        struct old *each = *place;
        if (each->device != there.st_dev || each->inode != there.st_ino) {
            place = &each->older;
            continue;
        }
        if (writing >= 0 && each->offset < there.st_size) {
            size_t rest = (size_t)(there.st_size - each->offset);
            real_pwrite(writing, each->bytes, each->length < rest ? each->length : rest, each->offset);
        }
        *place = each->older;
        free(each);
    }
    pthread_mutex_unlock(&lock);
    if (writing >= 0)
        close(writing);
}

/* A write that fails may have written a part of it. */
static ssize_t part(int file, const void *data, size_t length, off_t offset, int is_placed) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (!(armed.how & SHORT) || length < 2)
        return -1;
    remember(file, offset, length / 2);
    return is_placed ? real_pwrite(file, data, length / 2, offset) : real(file, data, length / 2);
}

static off_t place_of(int file) {
    struct stat there;
    if (fcntl(file, F_GETFL) & O_APPEND)
        return fstat(file, &there) ? 0 : there.st_size;
    return lseek(file, 0, SEEK_CUR);
}

ssize_t write(int file, const void *data, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (!armed.folder[0])
        return real(file, data, length);
    if (file_fails("write", file))
        return part(file, data, length, place_of(file), 0);
    remember(file, place_of(file), length);
    return real(file, data, length);
}

ssize_t pwrite64(int file, const void *data, size_t length, off_t offset) {
    if (file_fails("write", file))
        return part(file, data, length, offset, 1);
    if (armed.folder[0])
        remember(file, offset, length);
    return real_pwrite(file, data, length, offset);
}

ssize_t pwrite(int file, const void *data, size_t length, off_t offset) {
    return pwrite64(file, data, length, offset);
}

static int synced(int file, int (*real)(int)) {
    if (file_fails("fsync", file)) {
        int error = errno;
        settle(file, 1);
        errno = error;
        return -1;
    }
    int done = real(file);
    if (armed.folder[0] && !done)
        settle(file, 0);
    return done;
}

int fsync(int file) {
    REAL(int, "fsync", int);
    return synced(file, real);
}

int fdatasync(int file) {
    REAL(int, "fdatasync", int);
    return synced(file, real);
}

#define OPENING(name)                                                  \
    int name(const char *path, int flags, ...) {                       \
        REAL(int, #name, const char *, int, ...);                      \
        va_list more;                                                  \
        va_start(more, flags);                                         \
        int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, int) : 0; \
        va_end(more);                                                  \
        return fails("open", path) ? -1 : real(path, flags, mode);     \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                               \
    int name(int folder, const char *path, int flags, ...) {           \
        REAL(int, #name, int, const char *, int, ...);                 \
        va_list more;                                                  \
        va_start(more, flags);                                         \
        int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, int) : 0; \
        va_end(more);                                                  \
        return fails("open", path) ? -1 : real(folder, path, flags, mode); \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    return fails("rename", to) ? -1 : real(from, to);
}

int link(const char *from, const char *to) {
    REAL(int, "link", const char *, const char *);
    return fails("rename", to) ? -1 : real(from, to);
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    return fails("unlink", path) ? -1 : real(path);
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    return fails("mkdir", path) ? -1 : real(path, mode);
}

int ftruncate64(int file, off_t length) {
    REAL(int, "ftruncate64", int, off_t);
    return file_fails("truncate", file) ? -1 : real(file, length);
}

int ftruncate(int file, off_t length) {
    return ftruncate64(file, length);
}
