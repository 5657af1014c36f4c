package org.resnet4j.weights;

/**
 * One entry of a zip archive.
 *
 * @param name as the directory has it; never a path on this machine
 * @param deflated whether it is compressed
 * @param position of its first byte in the file
 * @param stored its length in the file
 * @param size its length when inflated
 * @param checksum CRC-32 of the inflated bytes, or 0 if the writer left it out, as {@code
 *     torch.serialization.set_crc32_options(False)} does
 */
record ZipEntry(
    String name, boolean deflated, long position, long stored, long size, int checksum) {}
