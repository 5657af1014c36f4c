package org.resnet4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Where it was measured.
 *
 * @param processor its name
 * @param cores physical ones
 * @param flags those that decide how fast convolutions are: AVX-512, its bf16 and int8, AMX
 */
record Machine(String processor, int cores, List<String> flags) {
  private static final List<String> PREFIXES =
      List.of("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "avx_vnni", "amx_");

  static Machine here() {
    try {
      return of(Files.readString(Path.of("/proc/cpuinfo")));
    } catch (IOException e) {
      return new Machine(System.getProperty("os.arch", "unknown"), available(), List.of());
    }
  }

  /** Reads the text of {@code /proc/cpuinfo}. */
  static Machine of(String cpuinfo) {
    Set<String> cores = new TreeSet<>();
    String socket = "";
    for (String line : cpuinfo.lines().toList()) {
      if (line.startsWith("physical id")) {
        socket = line;
      } else if (line.startsWith("core id")) {
        cores.add(socket + line);
      }
    }
    Set<String> flags = new TreeSet<>(List.of(first(cpuinfo, "flags").split("\\s+")));
    return new Machine(
        first(cpuinfo, "model name"),
        cores.isEmpty() ? available() : cores.size(),
        flags.stream().filter(flag -> PREFIXES.stream().anyMatch(flag::startsWith)).toList());
  }

  private static String first(String cpuinfo, String key) {
    return cpuinfo
        .lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  private static int available() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** One thread for each core that this process may use. */
  int naturalThreads() {
    return Math.min(cores, available());
  }

  @Override
  public String toString() {
    String known = flags.stream().collect(Collectors.joining(" "));
    return "%s, %d cores, %s"
        .formatted(processor, cores, known.isEmpty() ? "flags unknown" : known);
  }
}
