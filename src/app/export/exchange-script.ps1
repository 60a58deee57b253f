# Reads how an Exchange server is set up and prints it as JSON for "postern audit --import FILE". It changes nothing.
# Run it in the Exchange Management Shell:  .\postern-exchange.ps1 > exchange.json
$server = $env:COMPUTERNAME
$relay = 'Ms-Exch-SMTP-Accept-Any-Recipient'
$receive = @(Get-ReceiveConnector -Server $server | ForEach-Object {
    $connector = $_
    $rights = Get-ADPermission -Identity $connector.Identity -User 'NT AUTHORITY\ANONYMOUS LOGON' -ErrorAction SilentlyContinue
    @{
        name             = [string]$connector.Name
        bindings         = @($connector.Bindings | ForEach-Object { [string]$_ })
        remote_ip_ranges = @($connector.RemoteIPRanges | ForEach-Object { [string]$_ })
        anonymous        = [bool]($connector.PermissionGroups -match 'AnonymousUsers')
        anonymous_relay  = [bool]($rights | Where-Object { -not $_.Deny -and ($_.ExtendedRights -match $relay) })
    }
})
$send = @(Get-SendConnector | ForEach-Object { @{ name = [string]$_.Name; fqdn = [string]$_.Fqdn } })
$malware = Get-MalwareFilteringServer -Identity $server -ErrorAction SilentlyContinue
$recipients = Get-RecipientFilterConfig -ErrorAction SilentlyContinue
@{
    schema               = 'postern-exchange-1'
    server               = [string]$server
    version              = [string](Get-ExchangeServer -Identity $server).AdminDisplayVersion
    receive_connectors   = $receive
    send_connectors      = $send
    malware_filter       = if ($malware) { -not $malware.BypassFiltering } else { $null }
    recipient_validation = if ($recipients) { [bool]($recipients.Enabled -and $recipients.RecipientValidationEnabled) } else { $null }
} | ConvertTo-Json -Depth 5
