package org.resnet4j.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the processor can do, by the names Linux gives it.
 *
 * @param flags of {@code /proc/cpuinfo}; none where that cannot be read
 */
public record Processor(Set<String> flags) {
  private static final Set<String> BF16 = Set.of("avx512_bf16", "amx_bf16");
  private static final Set<String> INT8 = Set.of("avx512_vnni", "avx_vnni");

  public Processor {
    flags = Set.copyOf(flags);
  }

  /** The one this runs on. */
  public static Processor here() {
    Path cpuinfo = Path.of("/proc/cpuinfo");
    try {
      return Files.isReadable(cpuinfo)
          ? ofCpuinfo(Files.readString(cpuinfo))
          : new Processor(Set.of());
    } catch (IOException e) {
      return new Processor(Set.of());
    }
  }

  static Processor ofCpuinfo(String cpuinfo) {
    Set<String> flags = new LinkedHashSet<>();
    cpuinfo
        .lines()
        .filter(line -> line.startsWith("flags"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .forEach(line -> flags.addAll(Arrays.asList(line.split("\\s+"))));
    return new Processor(flags);
  }

  /** Whether it multiplies 16-bit brain floats. */
  public boolean computesInBf16() {
    return flags.stream().anyMatch(BF16::contains);
  }

  /** Whether it adds up products of 8-bit integers without running over. */
  public boolean computesInInt8() {
    return flags.stream().anyMatch(INT8::contains);
  }
}
