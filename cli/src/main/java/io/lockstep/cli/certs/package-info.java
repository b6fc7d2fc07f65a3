/**
 * Certificates for development: an authority, and what it signs. Loaded by {@code kv certs} alone, on its one thread, since
 * nothing else needs the library behind it.
 */
@NullMarked
package io.lockstep.cli.certs;

import org.jspecify.annotations.NullMarked;
