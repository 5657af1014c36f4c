package org.resnet4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much memory of a process is resident, as Linux tells it. */
final class ProcessMemory {
  private static final Pattern PEAK = Pattern.compile("^VmHWM:\\s*(\\d+) kB$", Pattern.MULTILINE);

  private ProcessMemory() {}

  /** Sets the peak to what is resident now; where that is not allowed, the peak is since start. */
  static void forgetPeak(long process) {
    try {
      Files.writeString(Path.of("/proc/" + process + "/clear_refs"), "5");
    } catch (IOException e) {
      // Another system, or no permission: proc(5).
    }
  }

  static OptionalLong peakBytes(long process) {
    try {
      return peakBytes(Files.readString(Path.of("/proc/" + process + "/status")));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Reads the text of {@code /proc/PID/status}. */
  static OptionalLong peakBytes(String status) {
    Matcher matcher = PEAK.matcher(status);
    return matcher.find()
        ? OptionalLong.of(1024 * Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }
}
