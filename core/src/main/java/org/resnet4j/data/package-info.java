/**
 * Labelled images: the words that the packages below share.
 *
 * <p>{@code source} opens what lies on a disk, {@code shapes} draws a set of its own, {@code image}
 * decodes and resizes, {@code batch} varies, normalises and batches. Start at {@link
 * org.resnet4j.data.Dataset}. Nothing here touches native memory.
 */
@NullMarked
package org.resnet4j.data;

import org.jspecify.annotations.NullMarked;
