/* Makes one call that writes fail, or every one from there on, as a full or broken disk does.
 *
 * Loaded with LD_PRELOAD by benchmarks.full_disk and benchmarks.writes. Calls are counted over all
 * processes, in a file that they share. Only files below one folder count.
 *
 *   FAULTS_FOLDER  absolute path of the folder
 *   FAULTS_FILE    file with four 64-bit numbers: calls so far, number of the first call that fails,
 *                  from 1 (0 for none), its error, and 1 if every later call fails too
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *folder;
static volatile uint64_t *counter;

__attribute__((constructor)) static void begin(void) {
    folder = getenv("FAULTS_FOLDER");
    const char *shared = getenv("FAULTS_FILE");
    if (!folder || !shared) return;
    int file = open(shared, O_RDWR);
    if (file < 0) return;
    void *mapped = mmap(NULL, 32, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) return;
    counter = mapped;
}

static int counts_path(const char *path) {
    return counter && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int counts_file(int file) {
    char link[64], path[4096];
    if (!counter || file < 3) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return counts_path(path);
}

/* Whether this call fails; it has set errno then. */
static int fails(void) {
    uint64_t number = __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST), at = counter[1];
    if (!at || number < at || (number > at && !counter[3])) return 0;
    errno = (int)counter[2];
    return 1;
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = dlsym(RTLD_NEXT, #name)

#define ON_FILE(result, name, file, parameters, arguments) \
    result name parameters { REAL(name); return counts_file(file) && fails() ? -1 : real arguments; }

#define ON_PATH(name, path, parameters, arguments) \
    int name parameters { REAL(name); return counts_path(path) && fails() ? -1 : real arguments; }

ON_FILE(ssize_t, write, f, (int f, const void *b, size_t n), (f, b, n))
ON_FILE(ssize_t, writev, f, (int f, const struct iovec *b, int n), (f, b, n))
ON_FILE(ssize_t, pwrite, f, (int f, const void *b, size_t n, off_t o), (f, b, n, o))
ON_FILE(ssize_t, pwrite64, f, (int f, const void *b, size_t n, off64_t o), (f, b, n, o))
ON_FILE(int, fsync, f, (int f), (f))
ON_FILE(int, fdatasync, f, (int f), (f))
ON_FILE(int, ftruncate, f, (int f, off_t n), (f, n))
ON_FILE(int, ftruncate64, f, (int f, off64_t n), (f, n))
ON_PATH(rename, b, (const char *a, const char *b), (a, b))
ON_PATH(renameat, b, (int f, const char *a, int g, const char *b), (f, a, g, b))
ON_PATH(mkdir, p, (const char *p, mode_t m), (p, m))

#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name); \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        return (flags & O_CREAT) && counts_path(path) && fails() ? -1 : real(path, flags, mode); \
    }

OPENS(open)
OPENS(open64)
