// Two soft notes made by the browser itself: no file is fetched. Each ring has a number, so that it is heard once.
export default function({ data }) {
    if (!data.rings || (window.movaRings ?? 0) >= data.rings) return;
    window.movaRings = data.rings;
    const sound = new AudioContext();
    [[660, 0], [880, 0.18]].forEach(([pitch, at]) => {
        const tone = sound.createOscillator(), loudness = sound.createGain(), start = sound.currentTime + at;
        tone.frequency.value = pitch;
        loudness.gain.setValueAtTime(0.15, start);
        loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.6);
        tone.connect(loudness).connect(sound.destination);
        tone.start(start);
        tone.stop(start + 0.6);
    });
}
