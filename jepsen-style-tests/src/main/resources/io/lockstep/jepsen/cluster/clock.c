/*
 * A monotonic clock that runs at another rate, for a process that is started with this library preloaded.
 *
 * LOCKSTEP_TEST_CLOCK names a file that the process and the test share: the rate, and what the process read last. The rate
 * may change at any time; the clock never jumps by that. The wall clock stays as it is. /proc/uptime follows, or a program
 * that compares the two would take the difference for sleep of the machine. Absolute deadlines on the monotonic clock are
 * translated for the kernel, or every wait would be too short or too long.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
/* Seconds since the start of the machine are less, those of the wall clock more. */
#define WALL_SECONDS 1000000000LL

struct control {
    volatile double rate;
    volatile int64_t real;
    volatile int64_t shown;
};

static struct control *control;
static int (*next_gettime)(clockid_t, struct timespec *);
static int (*next_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static int (*next_clockwait)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);

static atomic_flag busy = ATOMIC_FLAG_INIT;
static double rate = 1;
static int64_t since; /* the rate's */
static int64_t ahead; /* of the real clock, by then */

static void *next(const char *name) {
    void *versioned = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2"); /* where an older one has the plain name */
    return versioned ? versioned : dlsym(RTLD_NEXT, name);
}

static void find(void) {
    if (!next_gettime) {
        next_timedwait = next("pthread_cond_timedwait");
        next_clockwait = dlsym(RTLD_NEXT, "pthread_cond_clockwait");
        next_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    }
}

__attribute__((constructor)) static void start(void) {
    find();
    const char *path = getenv("LOCKSTEP_TEST_CLOCK");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *shared = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (shared != MAP_FAILED) control = shared;
}

static int64_t nanos(const struct timespec *time) { return time->tv_sec * SECOND + time->tv_nsec; }

static void set(struct timespec *time, int64_t value) {
    time->tv_sec = value / SECOND;
    time->tv_nsec = value % SECOND;
}

static int64_t real_now(void) {
    struct timespec time;
    next_gettime(CLOCK_MONOTONIC, &time);
    return nanos(&time);
}

/* How far the shown clock is ahead of the real one. */
static int64_t shift(void) {
    find();
    if (!control) return 0;
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) {}
    int64_t now = real_now();
    double wanted = control->rate;
    if (wanted != rate) {
        ahead += (int64_t)((now - since) * (rate - 1));
        since = now;
        rate = wanted;
    }
    int64_t result = ahead + (int64_t)((now - since) * (rate - 1));
    control->real = now;
    control->shown = now + result;
    atomic_flag_clear_explicit(&busy, memory_order_release);
    return result;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    find();
    int result = next_gettime(clock, time);
    if (result == 0 && (clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME || clock == CLOCK_MONOTONIC_RAW
                || clock == CLOCK_MONOTONIC_COARSE)) {
        set(time, nanos(time) + shift());
    }
    return result;
}

/* A deadline of the shown clock on the real one. */
static struct timespec translated(const struct timespec *deadline) {
    int64_t by = shift();
    int64_t now = real_now();
    int64_t left = nanos(deadline) - (now + by);
    struct timespec real;
    set(&real, now + (left > 0 ? (int64_t)(left / rate) : 0));
    return real;
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *deadline) {
    find();
    if (!control || deadline->tv_sec >= WALL_SECONDS) return next_timedwait(condition, mutex, deadline);
    struct timespec real = translated(deadline);
    return next_timedwait(condition, mutex, &real);
}

int pthread_cond_clockwait(
        pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *deadline) {
    find();
    if (!control || clock != CLOCK_MONOTONIC) return next_clockwait(condition, mutex, clock, deadline);
    struct timespec real = translated(deadline);
    return next_clockwait(condition, mutex, clock, &real);
}

/* What /proc/uptime would say. */
static int uptime(void) {
    struct timespec time;
    next_gettime(CLOCK_BOOTTIME, &time);
    int64_t shown = nanos(&time) + shift();
    char text[64];
    int length = snprintf(text, sizeof text, "%lld.%02lld 0.00\n", (long long)(shown / SECOND),
            (long long)(shown % SECOND / 10000000));
    int file = memfd_create("uptime", MFD_CLOEXEC);
    if (file >= 0 && (write(file, text, length) != length || lseek(file, 0, SEEK_SET) != 0)) {
        close(file);
        return -1;
    }
    return file;
}

static int opened(const char *function, const char *path, int flags, mode_t mode) {
    find();
    if (control && strcmp(path, "/proc/uptime") == 0) return uptime();
    int (*open_next)(const char *, int, ...) = dlsym(RTLD_NEXT, function);
    return open_next(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return opened("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return opened("open64", path, flags, mode);
}
