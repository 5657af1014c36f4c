/**
 * A network as data: blocks, shortcuts, stages, shapes, counts and parameter names.
 *
 * <p>Start at {@link org.resnet4j.arch.Catalogue} for a network by name and at {@link
 * org.resnet4j.arch.Network} for what it knows. Nothing here computes on images: everything else in
 * this library is an interpreter of these records.
 */
@NullMarked
package org.resnet4j.arch;

import org.jspecify.annotations.NullMarked;
