{{/* Values that contradict one another, or that another one leaves without effect: refused, and never ignored. */}}
{{- define "sealgate.contradictions" -}}
{{- $tls := .Values.tls -}}
{{- if eq $tls.mode "files" -}}
{{- if and $tls.files.caBundle (not (contains "-----BEGIN CERTIFICATE-----" $tls.files.caBundle)) -}}
{{- fail "tls.files.caBundle is no certificate in PEM: give the text that begins with -----BEGIN CERTIFICATE-----" -}}
{{- end -}}
{{- else -}}
{{- range $key := list "secret" "caBundle" -}}
{{- if get $tls.files $key -}}
{{- fail (printf "tls.files.%s is set and tls.mode is %s: set tls.mode=files, or leave it out" $key $tls.mode) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $tls.certManager.issuerRef (ne $tls.mode "certManager") -}}
{{- fail (printf "tls.certManager.issuerRef is set and tls.mode is %s: set tls.mode=certManager, or leave it out" $tls.mode) -}}
{{- end -}}
{{- if and .Values.callers.commonNames (not .Values.callers.clientCertificateSecret) -}}
{{- fail "callers.commonNames is set without callers.clientCertificateSecret: nobody would be asked for a certificate" -}}
{{- end -}}
{{- with .Values.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- fail (printf "autoscaling.minReplicas is %d and autoscaling.maxReplicas is %d: want no more of the former" (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- end -}}
{{- $limit := toString (dig "limits" "memory" "" (.Values.resources | default dict)) -}}
{{- $limitMiB := 0 -}}
{{- if regexMatch "^[0-9]+Mi$" $limit -}}
{{- $limitMiB = int (trimSuffix "Mi" $limit) -}}
{{- else if regexMatch "^[0-9]+Gi$" $limit -}}
{{- $limitMiB = mul 1024 (int (trimSuffix "Gi" $limit)) -}}
{{- end -}}
{{- if and $limitMiB (ge (int .Values.maxHeapMiB) (int $limitMiB)) -}}
{{- fail (printf "maxHeapMiB is %d and resources.limits.memory is %s: want a heap some way below it, or the kubelet ends replicas" (int .Values.maxHeapMiB) $limit) -}}
{{- end -}}
{{- end -}}
