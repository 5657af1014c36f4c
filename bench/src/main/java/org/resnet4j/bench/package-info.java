/**
 * How fast plans are, beside their peers; never published.
 *
 * <p>Start at {@link org.resnet4j.bench.Benchmark}. Every contestant lives in a process of its own,
 * {@link org.resnet4j.bench.ContestantProcess}: two libtorch do not fit into one, and threads that
 * wait by spinning take the processor from whoever is measured next.
 */
@NullMarked
package org.resnet4j.bench;

import org.jspecify.annotations.NullMarked;
